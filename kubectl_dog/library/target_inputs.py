"""Find the targets of a library call by names, selectors, files or a Helm release."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple
from typing import TypedDict
from typing import Union

from kubectl_dog import target_resolution
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
    """The source of targets: names (`TYPE/NAME`), kinds with a `selector` (None: no selector;
    empty: all objects), files, a kustomize directory or a Helm release.
    """

    targets: Targets = ()
    selector: str | None = None
    all_namespaces: bool = False
    files: Sequence[str] = ()
    recursive: bool = False
    kustomize: str = ''
    helm_release: str = ''


class ParsedTargets(NamedTuple):
    """The arguments of a call, by purpose; `rules` and `trackers` choose how objects are judged."""

    inputs: Inputs
    kube: Kube
    namespace: str
    rules: tuple[str, ...]
    trackers: tuple[str, ...]


def parse_targets(targets: Targets, where: Where) -> ParsedTargets:
    """Split the arguments of a call by purpose; raises TypeError for a name not in Where."""
    rest: dict[str, Any] = {**where}
    for field in ('files', 'rules', 'trackers'):
        # A str is a sequence of its letters.
        if isinstance(rest.get(field), str):
            rest[field] = (rest[field],)
    kube, namespace = rest.pop('kube', None), rest.pop('namespace', '')
    rules, trackers = tuple(rest.pop('rules', ())), tuple(rest.pop('trackers', ()))
    return ParsedTargets(Inputs(targets, **rest), kube, namespace, rules, trackers)


def find(inputs: Inputs, connection: Connection) -> ResolvedTargets:
    """Find the targets. Raises UserError, and AccessError if the kinds cannot be read."""
    is_single = isinstance(inputs.targets, (str, Target))
    given: Iterable[Any] = (inputs.targets,) if is_single else inputs.targets
    kinds = target_resolution.resolver(connection)
    if inputs.files or inputs.kustomize or inputs.helm_release:
        return _from_manifests(inputs, connection, kinds)
    targets: dict[TargetOrGroup, None] = {}
    for target in given:
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
        raise UserError('name a target, like deploy/web')
    return ResolvedTargets(tuple(targets))


def _named_targets(
    text: str, namespace: str, kinds: target_resolution.KindResolver
) -> Iterable[Target]:
    kind, _, name = text.partition('/')
    if not kind or not name or '/' in name:
        raise UserError(f'write TYPE/NAME, like deploy/web, in place of {text!r}')
    for resource in kinds.many(kind):
        yield Target(resource, _namespace_for(resource, namespace), name)


def _selected_groups(
    text: str, selector: str, namespace: str, kinds: target_resolution.KindResolver
) -> Iterable[Group]:
    from kubectl_dog.model import selectors

    selectors.parse(selector)
    if '/' in text:
        raise UserError(f'a selector goes with a TYPE, and not with {text!r}')
    for resource in kinds.many(text):
        yield Group(resource, _namespace_for(resource, namespace), selector)


def _namespace_for(resource: Resource, namespace: str) -> str:
    return namespace if resource.namespaced else ''


def _from_manifests(
    inputs: Inputs, connection: Connection, kinds: target_resolution.KindResolver
) -> ResolvedTargets:
    if inputs.targets:
        raise UserError('targets come from names, or from files, and not from both')
    if inputs.helm_release:
        objects = target_resolution.release_objects(connection, inputs.helm_release)
    else:
        objects = target_resolution.read_manifests(inputs.files, inputs.recursive, inputs.kustomize)
    if inputs.selector:
        objects = target_resolution.filter_by_labels(objects, inputs.selector)
    resolved = target_resolution.targets_of_objects(objects, connection.namespace, False, kinds)
    if not resolved.targets:
        raise UserError(': '.join(('there is nothing to track', *resolved.notices[:1])))
    return resolved
