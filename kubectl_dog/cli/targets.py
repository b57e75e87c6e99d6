"""Resolve the arguments and flags for targets to targets and groups."""

from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

from kubectl_dog import target_resolution
from kubectl_dog.cli import gitops_flags
from kubectl_dog.cli import target_syntax
from kubectl_dog.cli.flags import Arguments
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


def read(words: Sequence[str], args: Arguments) -> tuple[TargetWords, Inputs]:
    """Parse words and flags without a cluster; raises UserError."""
    inputs = Inputs(
        args.selector,
        args.filename,
        bool(args.recursive),
        args.kustomize,
        args.helm_release,
        bool(args.all_namespaces),
        gitops_flags.application(args),
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
    if inputs.application:
        return gitops_flags.find(inputs.application, connection, namespace_flag)
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
    """Return the targets for names, without duplicates; raises the errors of `resolve`.

    Targets of cluster-scoped kinds have no namespace.
    """
    targets: dict[Target, None] = {}
    notices = []
    for types, name in words.names:
        for resource in _resources(types, resolve):
            _check_name(resource, name)
            target = Target(resource, namespace if resource.namespaced else '', name)
            if target in targets:
                notices.append(f'{target.label} is given more than once')
            targets[target] = None
    return target_resolution.ResolvedTargets(tuple(targets), tuple(dict.fromkeys(notices)))


def _check_name(resource: Resource, name: str) -> None:
    """Raise an error for a name that no object can have.

    Names of other API groups, such as `system:node`, need only be a part of a path.
    """
    if resource.group in ('', 'apps', 'batch'):
        is_valid, rule = bool(_NAME.match(name)), 'use lower case letters, digits, - and .'
    else:
        is_valid = name.isprintable() and name not in ('.', '..') and '%' not in name
        rule = 'use printable characters without / and %'
    if not is_valid:
        if ' -' in name:
            rule = 'do not put the name and flags into the same quotes'
        raise UserError(f'invalid name of a {resource.kind} "{name}": {rule}')


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
    """Return the targets for the objects of files or of a release; at least one is required."""
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
        raise UserError(f'no targets found{reason}')
    # A release may have been changed after helm rendered it.
    return resolved._replace(file_objects={}) if inputs.release else resolved
