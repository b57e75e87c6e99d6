"""From objects in files to targets: where each of them is in the cluster, and which are none."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from typing import NamedTuple

from kubectl_dog.manifests import crds
from kubectl_dog.manifests.manifest_objects import Placed
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target

# They become parts of a URL and of a field selector.
_NAME = re.compile(r'(?!\.{1,2}$)[^/%,=!\\\s]{1,253}')
_NAMESPACE = re.compile(r'[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?')

_HOOK = 'helm.sh/hook'
_POLICY = 'helm.sh/hook-delete-policy'
# What a hook may be run at while a rollout goes on.
_AT_ROLLOUT = ('pre-install', 'post-install', 'pre-upgrade', 'post-upgrade', 'crd-install')
_GOES = ('hook-succeeded', 'hook-failed')


class ManifestTargets(NamedTuple):
    """The targets, each once, and what was left out, one sentence each."""

    targets: tuple[Target, ...]
    notices: tuple[str, ...]


# The resource of objects with this apiVersion and kind, or why there is none, in words.
Served = Callable[[str, str], 'Resource | str']


def find_targets(
    placed: Iterable[Placed], namespace: str, is_told: bool, served: Served
) -> ManifestTargets:
    """The targets that objects are; raises UserError.

    Objects that name no namespace are in `namespace`; where the user named it (`is_told`), none
    may be elsewhere.
    """
    listed = list(placed)
    defined = crds.resources(one.object for one in listed)
    places: dict[Target, Placed] = {}
    notices = []
    for one in listed:
        why = _is_none(one.object)
        resource = why or _resource(one.object, defined, served)
        if isinstance(resource, str):
            notices.append(f'{one.place} is left out: {resource}')
            continue
        target = _target(one, resource, namespace, is_told)
        if target in places:
            again = places[target].place
            notices.append(f'{one.place} is left out: {target.label} is at {again} already')
            continue
        places[target] = one
    return ManifestTargets(tuple(places), tuple(notices))


def _resource(
    thing: Object, defined: dict[tuple[str, str], Resource], served: Served
) -> Resource | str:
    key = (get_str(thing, 'apiVersion'), get_str(thing, 'kind'))
    found = served(*key)
    # A definition may be on its way to the server, which then has the kind soon.
    return defined.get(key, found) if isinstance(found, str) else found


def _target(one: Placed, resource: Resource, namespace: str, is_told: bool) -> Target:
    own = get_str(one.object, 'metadata', 'namespace')
    if not resource.namespaced:
        return Target(resource, '', name(one.object))
    if own and is_told and own != namespace:
        raise UserError(
            f'{one.place}: the namespace from the provided object "{own}" does not match the '
            f'namespace "{namespace}": pass --namespace={own}, or none'
        )
    return Target(resource, own or namespace, name(one.object))


def _is_none(thing: Object) -> str:
    """Why an object cannot be looked for; empty where it can."""
    if not name(thing):
        if get_str(thing, 'metadata', 'generateName'):
            return 'the server makes up its name (generateName), and nobody here can know it'
        return 'it has no name'
    space = get_str(thing, 'metadata', 'namespace')
    if not _NAME.fullmatch(name(thing)) or (space and not _NAMESPACE.fullmatch(space)):
        return f'no server takes its name {space + "/" if space else ""}{name(thing)}'
    annotations = get_dict(thing, 'metadata', 'annotations')
    hooks = _words(annotations.get(_HOOK))
    if hooks and not any(hook in _AT_ROLLOUT for hook in hooks):
        return f'helm runs it at another time ({_HOOK}: {", ".join(hooks)})'
    gone = [word for word in _words(annotations.get(_POLICY)) if word in _GOES]
    if hooks and gone:
        return f'helm deletes it when it has ended ({_POLICY}: {", ".join(gone)})'
    return ''


def _words(value: object) -> list[str]:
    return [word.strip() for word in value.split(',')] if isinstance(value, str) else []
