"""Find the targets of a library call by names, selectors, files or a Helm release."""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple
from typing import TypedDict
from typing import Union

from kubectl_dog import target_resolution
from kubectl_dog.library import option_values
from kubectl_dog.library.connecting import Kube
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.target_resolution import ResolvedTargets

Targets = Union[str, Target, Sequence[Union[str, Target]]]


class Where(TypedDict, total=False):
    """Keyword arguments that say which objects are targets, and in which cluster.

    `kube` is an ApiClient, the name of a context, a connection, or None (the current context).
    `namespace` replaces that of the context. A `selector` (empty: all objects) selects in one
    namespace or in `all_namespaces`. `files` are paths, directories (processed recursively if
    `recursive`) and URLs. `kustomize` is a directory, `helm_release` a name. `rules` are files,
    `trackers` are texts `Kind.group=PACKAGE`, as on the command line.
    """

    kube: Kube
    namespace: str
    selector: str | None
    all_namespaces: bool
    files: Sequence[str]
    recursive: bool
    kustomize: str
    helm_release: str
    rules: Sequence[str]
    trackers: Sequence[str]


class Inputs(NamedTuple):
    """The targets of a call: by name, by selector, from files or from a Helm release.

    Names are `TYPE/NAME`; `selector` None means no selector, and an empty one selects all objects.
    A kustomize directory is also possible.
    """

    targets: tuple[str | Target, ...] = ()
    selector: str | None = None
    all_namespaces: bool = False
    files: Sequence[str] = ()
    recursive: bool = False
    kustomize: str = ''
    helm_release: str = ''


class ParsedTargets(NamedTuple):
    """The arguments of a call by purpose; `rules` and `trackers` affect the assessment."""

    inputs: Inputs
    kube: Kube
    namespace: str
    rules: tuple[str, ...]
    trackers: tuple[str, ...]


def parse_targets(targets: Targets, where: Where) -> ParsedTargets:
    """Split the arguments of a call by purpose.

    Raises TypeError for an unknown name or a value of another type.
    """
    rest: dict[str, Any] = {**where}
    option_values.check_arguments(rest, Where.__annotations__)
    for field in ('files', 'rules', 'trackers'):
        if field in rest:
            rest[field] = _paths(field, rest[field])
    for field in ('all_namespaces', 'recursive'):
        option_values.switch(field, rest.get(field, False))
    for field in ('kustomize', 'helm_release'):
        rest[field] = ''.join(_paths(field, rest.get(field) or ''))
    for field in ('namespace', 'selector'):
        option_values.text(field, rest.get(field) or '')
    kube, namespace = rest.pop('kube', None), rest.pop('namespace', None) or ''
    rules, trackers = rest.pop('rules', ()), rest.pop('trackers', ())
    return ParsedTargets(Inputs(_targets(targets), **rest), kube, namespace, rules, trackers)


def _paths(field: str, value: Any) -> tuple[str, ...]:
    """Return texts or paths as texts; raises TypeError."""
    values = (value,) if isinstance(value, (str, os.PathLike)) else value or ()
    if isinstance(values, Iterable) and not isinstance(values, Mapping):
        values = [option_values.path_text(path) for path in values]
    return option_values.texts(field, values)


def _targets(targets: Any) -> tuple[str | Target, ...]:
    given = (targets,) if isinstance(targets, (str, Target)) else targets
    if not isinstance(given, Iterable) or isinstance(given, Mapping):
        raise TypeError(f"targets must be strings like 'deploy/web', not {type(given).__name__}")
    result = tuple(given)
    for target in result:
        if not isinstance(target, (str, Target)):
            name = type(target).__name__
            raise TypeError(f"a target must be a string like 'deploy/web', not {name}")
    return result


def find(inputs: Inputs, connection: Connection) -> ResolvedTargets:
    """Find the targets. Raises UserError, and AccessError if the kinds cannot be read."""
    kinds = target_resolution.resolver(connection)
    if inputs.files or inputs.kustomize or inputs.helm_release:
        return _from_manifests(inputs, connection, kinds)
    targets: dict[TargetOrGroup, None] = {}
    for target in inputs.targets:
        if isinstance(target, Target):
            targets[target] = None
        elif inputs.selector is None:
            targets.update(dict.fromkeys(_named_targets(target, connection.namespace, kinds)))
        else:
            namespace = '' if inputs.all_namespaces else connection.namespace
            targets.update(
                dict.fromkeys(_selected_groups(target, inputs.selector, namespace, kinds))
            )
    if not targets:
        raise UserError('no targets: use TYPE/NAME, such as deploy/web')
    return ResolvedTargets(tuple(targets))


def _named_targets(
    text: str, namespace: str, kinds: target_resolution.KindResolver
) -> Iterable[Target]:
    kind, _, name = text.partition('/')
    if not kind or not name or '/' in name:
        raise UserError(f'invalid target "{text}": use TYPE/NAME, such as deploy/web')
    for resource in kinds.many(kind):
        yield Target(resource, _namespace_for(resource, namespace), name)


def _selected_groups(
    text: str, selector: str, namespace: str, kinds: target_resolution.KindResolver
) -> Iterable[Group]:
    from kubectl_dog.model import selectors

    selectors.parse(selector)
    if '/' in text:
        raise UserError(f'invalid target "{text}": with a selector, use a TYPE, such as deploy')
    for resource in kinds.many(text):
        yield Group(resource, _namespace_for(resource, namespace), selector)


def _namespace_for(resource: Resource, namespace: str) -> str:
    return namespace if resource.namespaced else ''


def _from_manifests(
    inputs: Inputs, connection: Connection, kinds: target_resolution.KindResolver
) -> ResolvedTargets:
    if inputs.targets:
        raise UserError('use either targets, or files, kustomize or helm_release')
    if inputs.helm_release:
        objects = target_resolution.release_objects(connection, inputs.helm_release)
    else:
        objects = target_resolution.read_manifests(inputs.files, inputs.recursive, inputs.kustomize)
    if inputs.selector:
        objects = target_resolution.filter_by_labels(objects, inputs.selector)
    resolved = target_resolution.targets_of_objects(objects, connection.namespace, False, kinds)
    if not resolved.targets:
        raise UserError(': '.join(('no targets found', *resolved.notices[:1])))
    # A release may have been changed after helm rendered it.
    return resolved._replace(file_objects={}) if inputs.helm_release else resolved
