"""From what a caller names to targets, as the commands read it."""

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
    """What targets are, and where: `kube` is an ApiClient, a context's name, a connection, or None
    (the current context), `namespace` is in place of the context's. A `selector` (empty: all)
    chooses, in one namespace or in `all_namespaces`. `files` are paths, directories (to any depth
    if `recursive`) and URLs, `kustomize` is a directory, `helm_release` a name. `rules` are files,
    and `trackers` texts `Kind.group=PACKAGE`, as on the command line.
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
    """Where targets come from: names (`TYPE/NAME`), or kinds with a `selector` (None: none; empty:
    all), or files, a kustomize directory or a helm release.
    """

    targets: Targets = ()
    selector: str | None = None
    all_namespaces: bool = False
    files: Sequence[str] = ()
    recursive: bool = False
    kustomize: str = ''
    helm_release: str = ''


class ParsedTargets(NamedTuple):
    """A Where, taken apart; `judges` are its rules and its trackers."""

    inputs: Inputs
    kube: Kube
    namespace: str
    judges: tuple[Sequence[str], Sequence[str]]


def parse_targets(targets: Targets, where: Where) -> ParsedTargets:
    """What a call asks for; raises TypeError for a name that is not in Where."""
    rest: dict[str, Any] = {**where}
    for several in ('files', 'rules', 'trackers'):
        # To Python a text is a sequence of texts: one per letter.
        if isinstance(rest.get(several), str):
            rest[several] = (rest[several],)
    kube, namespace = rest.pop('kube', None), rest.pop('namespace', '')
    judges = tuple(rest.pop('rules', ())), tuple(rest.pop('trackers', ()))
    return ParsedTargets(Inputs(targets, **rest), kube, namespace, judges)


def find(inputs: Inputs, connection: Connection) -> ResolvedTargets:
    """The targets that are meant; raises UserError, and AccessError where kinds are asked for."""
    one_only = isinstance(inputs.targets, (str, Target))
    named: Iterable[Any] = (inputs.targets,) if one_only else inputs.targets
    kinds = target_resolution.resolver(connection)
    if inputs.files or inputs.kustomize or inputs.helm_release:
        return _placed(inputs, connection, kinds)
    found: dict[TargetOrGroup, None] = {}
    for one in named:
        if isinstance(one, Target):
            found[one] = None
        elif inputs.selector is None:
            found.update(dict.fromkeys(_named(one, connection.namespace, kinds)))
        else:
            space = '' if inputs.all_namespaces else connection.namespace
            found.update(dict.fromkeys(_selected(one, inputs.selector, space, kinds)))
    if not found:
        raise UserError('name a target, like deploy/web')
    return ResolvedTargets(tuple(found))


def _named(word: str, namespace: str, kinds: target_resolution.KindResolver) -> Iterable[Target]:
    kind, _, name = word.partition('/')
    if not kind or not name or '/' in name:
        raise UserError(f'write TYPE/NAME, like deploy/web, in place of {word!r}')
    for resource in kinds.many(kind):
        yield Target(resource, _home(resource, namespace), name)


def _selected(
    word: str, selector: str, namespace: str, kinds: target_resolution.KindResolver
) -> Iterable[Group]:
    from kubectl_dog.model import selectors

    selectors.parse(selector)
    if '/' in word:
        raise UserError(f'a selector goes with a TYPE, and not with {word!r}')
    for resource in kinds.many(word):
        yield Group(resource, _home(resource, namespace), selector)


def _home(resource: Resource, namespace: str) -> str:
    return namespace if resource.namespaced else ''


def _placed(
    inputs: Inputs, connection: Connection, kinds: target_resolution.KindResolver
) -> ResolvedTargets:
    if inputs.targets:
        raise UserError('targets come from names, or from files, and not from both')
    if inputs.helm_release:
        placed = target_resolution.release_objects(connection, inputs.helm_release)
    else:
        placed = target_resolution.read_manifests(inputs.files, inputs.recursive, inputs.kustomize)
    if inputs.selector:
        placed = target_resolution.filter_by_labels(placed, inputs.selector)
    wanted = target_resolution.targets_of_objects(placed, connection.namespace, False, kinds)
    if not wanted.targets:
        raise UserError(': '.join(('there is nothing to track', *wanted.notices[:1])))
    return wanted
