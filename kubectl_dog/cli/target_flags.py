"""From what the command line says to targets and groups: its flags, and the kinds they need."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

from kubectl_dog import target_resolution
from kubectl_dog.cli import target_syntax
from kubectl_dog.cli.target_syntax import Inputs
from kubectl_dog.cli.target_syntax import TargetWords
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.output.escape import sentence

# What the API server lets most objects be called (RFC 1123).
_NAME = lazy_compile(r'[a-z0-9]([-a-z0-9.]*[a-z0-9])?\Z')

WORDS = 'TYPE/NAME…, TYPE NAME…, or TYPE with -l SELECTOR'


def add(parser: argparse.ArgumentParser) -> None:
    """The words, and the flags that stand for them."""
    parser.add_argument('target', nargs='*', help=WORDS)
    group = parser.add_argument_group('targets')
    group.add_argument('-l', '--selector', metavar='SELECTOR', help='those with these labels')
    group.add_argument(
        '-A',
        '--all-namespaces',
        action='store_true',
        help='with -l: in all namespaces',
    )
    add_files(group)
    group.add_argument(
        '--helm-release',
        default='',
        metavar='NAME',
        help='what a release of helm has brought, as the cluster keeps it; helm is not needed',
    )


def add_files(group: argparse._ArgumentGroup) -> None:
    """Where objects come from."""
    group.add_argument(
        '-f',
        '--filename',
        action='append',
        default=[],
        metavar='FILE',
        help='the objects of YAML or JSON: a file, a directory, a URL, or - for standard input; '
        'may be repeated',
    )
    group.add_argument(
        '-R', '--recursive', action='store_true', help='look into directories in directories, too'
    )
    group.add_argument(
        '-k',
        '--kustomize',
        default='',
        metavar='DIR',
        help='the objects that kubectl kustomize makes of a directory',
    )


def read(words: Sequence[str], args: argparse.Namespace) -> tuple[TargetWords, Inputs]:
    """What is said, as far as that needs no cluster; raises UserError."""
    inputs = Inputs(
        args.selector,
        args.filename,
        args.recursive,
        args.kustomize,
        args.helm_release,
        args.all_namespaces,
    )
    if inputs.selector is not None:
        from kubectl_dog.model import selectors

        selectors.parse(inputs.selector)
    return target_syntax.parse_targets(words, inputs), inputs


def find(
    said: TargetWords, inputs: Inputs, connection: target_resolution.Connection, told: str | None
) -> target_resolution.ResolvedTargets:
    """The targets and groups that are meant; raises UserError and AccessError.

    `told` is the namespace that the user named, if any. What is left out is said on stderr.
    """
    kinds = target_resolution.resolver(connection)
    if inputs.is_given:
        wanted = _of_objects(inputs, connection, told, kinds)
    elif said.types:
        wanted = target_resolution.ResolvedTargets(
            _groups(said, inputs, connection.namespace, kinds.many)
        )
    else:
        wanted = named(said, connection.namespace, kinds.many)
    for notice in wanted.notices:
        sys.stderr.write(f'note: {sentence(notice)}\n')
    return wanted


def named(
    said: TargetWords, namespace: str, resolve: Callable[[str], Iterable[Resource]]
) -> target_resolution.ResolvedTargets:
    """The targets that were named, each once; raises what `resolve` does.

    Kinds without namespaces are looked for in none.
    """
    targets: dict[Target, None] = {}
    notices = []
    for types, name in said.names:
        for resource in _resources(types, resolve):
            _check(resource, name)
            target = Target(resource, namespace if resource.namespaced else '', name)
            if target in targets:
                notices.append(f'{target.label} is named more than once')
            targets[target] = None
    return target_resolution.ResolvedTargets(tuple(targets), tuple(dict.fromkeys(notices)))


def _check(resource: Resource, name: str) -> None:
    """Refuse a name for which nobody has to wait; other groups have rules of their own."""
    if resource.group in ('', 'apps', 'batch') and not _NAME.match(name):
        rule = (
            'write each flag as a word of its own'
            if ' -' in name
            else 'names are made of lower case letters, digits, - and .'
        )
        raise UserError(f'no {resource.kind} can have the name {name!r}: {rule}')


def _resources(types: str, resolve: Callable[[str], Iterable[Resource]]) -> dict[Resource, None]:
    return {resource: None for word in types.split(',') for resource in resolve(word)}


def _groups(
    said: TargetWords, inputs: Inputs, namespace: str, resolve: Callable[[str], Iterable[Resource]]
) -> tuple[Group, ...]:
    return tuple(
        Group(
            resource,
            '' if inputs.everywhere or not resource.namespaced else namespace,
            inputs.selector or '',
        )
        for resource in _resources(said.types, resolve)
    )


def _of_objects(
    inputs: Inputs,
    connection: target_resolution.Connection,
    told: str | None,
    kinds: target_resolution.KindResolver,
) -> target_resolution.ResolvedTargets:
    """What the objects of files, or of a release, are; one at least has to be a target."""
    if inputs.release:
        placed, told = target_resolution.release_objects(connection, inputs.release), None
    else:
        placed = target_resolution.read_manifests(inputs.files, inputs.recursive, inputs.directory)
    if inputs.selector:
        placed = target_resolution.filter_by_labels(placed, inputs.selector)
    wanted = target_resolution.targets_of_objects(placed, connection.namespace, bool(told), kinds)
    if not wanted.targets:
        why = f': {wanted.notices[0]}' if wanted.notices else ''
        raise UserError(f'there is nothing to track{why}')
    return wanted
