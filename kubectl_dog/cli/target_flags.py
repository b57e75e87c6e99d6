"""The flags for targets, and the targets and groups that they become."""

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

# The names that the API server allows for most objects (RFC 1123).
_NAME = lazy_compile(r'[a-z0-9]([-a-z0-9.]*[a-z0-9])?\Z')

WORDS = 'TYPE/NAME…, TYPE NAME…, or TYPE with -l SELECTOR'


def add(parser: argparse.ArgumentParser) -> None:
    """Add the target arguments, and the flags that replace them."""
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
    """Add the flags for files with objects."""
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
    """Parse words and flags without a cluster; raises UserError."""
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
    words: TargetWords,
    inputs: Inputs,
    connection: target_resolution.Connection,
    namespace_flag: str | None,
) -> target_resolution.ResolvedTargets:
    """Resolve words and flags to targets and groups; raises UserError and AccessError.

    `namespace_flag` is the namespace that the user gave, if any. Prints notices to standard error.
    """
    kinds = target_resolution.resolver(connection)
    if inputs.is_given:
        resolved = _of_objects(inputs, connection, namespace_flag, kinds)
    elif words.types:
        resolved = target_resolution.ResolvedTargets(
            _groups(words, inputs, connection.namespace, kinds.many)
        )
    else:
        resolved = named_targets(words, connection.namespace, kinds.many)
    for notice in resolved.notices:
        sys.stderr.write(f'note: {sentence(notice)}\n')
    return resolved


def named_targets(
    words: TargetWords, namespace: str, resolve: Callable[[str], Iterable[Resource]]
) -> target_resolution.ResolvedTargets:
    """The targets for names, without duplicates; raises the errors of `resolve`.

    Targets of cluster-scoped kinds have no namespace.
    """
    targets: dict[Target, None] = {}
    notices = []
    for types, name in words.names:
        for resource in _resources(types, resolve):
            _check_name(resource, name)
            target = Target(resource, namespace if resource.namespaced else '', name)
            if target in targets:
                notices.append(f'{target.label} is named more than once')
            targets[target] = None
    return target_resolution.ResolvedTargets(tuple(targets), tuple(dict.fromkeys(notices)))


def _check_name(resource: Resource, name: str) -> None:
    """Refuse a name that no object can have; other groups have rules of their own."""
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
    words: TargetWords, inputs: Inputs, namespace: str, resolve: Callable[[str], Iterable[Resource]]
) -> tuple[Group, ...]:
    return tuple(
        Group(
            resource,
            '' if inputs.everywhere or not resource.namespaced else namespace,
            inputs.selector or '',
        )
        for resource in _resources(words.types, resolve)
    )


def _of_objects(
    inputs: Inputs,
    connection: target_resolution.Connection,
    namespace_flag: str | None,
    kinds: target_resolution.KindResolver,
) -> target_resolution.ResolvedTargets:
    """The targets for the objects of files or of a release; at least one must be a target."""
    has_namespace_flag = bool(namespace_flag) and not inputs.release
    if inputs.release:
        placed = target_resolution.release_objects(connection, inputs.release)
    else:
        placed = target_resolution.read_manifests(inputs.files, inputs.recursive, inputs.directory)
    if inputs.selector:
        placed = target_resolution.filter_by_labels(placed, inputs.selector)
    resolved = target_resolution.targets_of_objects(
        placed, connection.namespace, has_namespace_flag, kinds
    )
    if not resolved.targets:
        reason = f': {resolved.notices[0]}' if resolved.notices else ''
        raise UserError(f'there is nothing to track{reason}')
    return resolved
