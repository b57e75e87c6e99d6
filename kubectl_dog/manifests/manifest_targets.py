"""Find the targets of objects in files: the namespace of each, and the skipped objects."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
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

# Names become parts of a URL and of a field selector.
_NAME = re.compile(r'(?!\.{1,2}$)[^/%,=!\\\s]{1,253}')
_NAMESPACE = re.compile(r'[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?')

_HOOK = 'helm.sh/hook'
_POLICY = 'helm.sh/hook-delete-policy'
# Hooks that helm runs during a rollout.
_AT_ROLLOUT = ('pre-install', 'post-install', 'pre-upgrade', 'post-upgrade', 'crd-install')
_DELETING = ('hook-succeeded', 'hook-failed')


class ManifestTargets(NamedTuple):
    """The targets without duplicates, and notices about objects that are skipped.

    `objects` are the objects of the targets.
    """

    targets: tuple[Target, ...]
    notices: tuple[str, ...]
    objects: Mapping[Target, Object]


# Returns the resource for an apiVersion and kind, or the reason as text if there is none.
Served = Callable[[str, str], 'Resource | str']


def find_targets(
    placed: Iterable[Placed], namespace: str, is_explicit: bool, served: Served
) -> ManifestTargets:
    """Find the targets of objects. Raises UserError.

    Objects without a namespace are in `namespace`. If the user set it (`is_explicit`), an object in
    another namespace is an error.
    """
    entries = list(placed)
    defined = crds.resources(entry.object for entry in entries)
    places: dict[Target, Placed] = {}
    notices = []
    for entry in entries:
        resource = _skip_reason(entry.object) or _resource(entry.object, defined, served)
        if isinstance(resource, str):
            notices.append(f'{entry.place} is ignored: {resource}')
            continue
        target = _target(entry, resource, namespace, is_explicit)
        if target in places:
            first_place = places[target].place
            notices.append(f'{entry.place} is ignored: {target.label} is already in {first_place}')
            continue
        places[target] = entry
    objects = {target: entry.object for target, entry in places.items()}
    return ManifestTargets(tuple(places), tuple(notices), objects)


def _resource(
    obj: Object, defined: dict[tuple[str, str], Resource], served: Served
) -> Resource | str:
    key = (get_str(obj, 'apiVersion'), get_str(obj, 'kind'))
    resource = served(*key)
    # The definition may be applied together with the object, and the server has the kind later.
    return defined.get(key, resource) if isinstance(resource, str) else resource


def _target(entry: Placed, resource: Resource, namespace: str, is_explicit: bool) -> Target:
    own = get_str(entry.object, 'metadata', 'namespace')
    if not resource.namespaced:
        return Target(resource, '', name(entry.object))
    if own and is_explicit and own != namespace:
        raise UserError(
            f'{entry.place}: the namespace from the provided object "{own}" does not match the '
            f'namespace "{namespace}": pass --namespace={own}, or none'
        )
    return Target(resource, own or namespace, name(entry.object))


def _skip_reason(obj: Object) -> str:
    """Return the reason why an object cannot be tracked; empty if it can."""
    if not name(obj):
        if get_str(obj, 'metadata', 'generateName'):
            return 'the server generates its name (generateName)'
        return 'it has no name'
    namespace = get_str(obj, 'metadata', 'namespace')
    if not _NAME.fullmatch(name(obj)) or (namespace and not _NAMESPACE.fullmatch(namespace)):
        return f'invalid name "{namespace + "/" if namespace else ""}{name(obj)}"'
    annotations = get_dict(obj, 'metadata', 'annotations')
    hooks = _split_words(annotations.get(_HOOK))
    if hooks and not any(hook in _AT_ROLLOUT for hook in hooks):
        return f'helm does not run it during a rollout ({_HOOK}: {", ".join(hooks)})'
    policies = [policy for policy in _split_words(annotations.get(_POLICY)) if policy in _DELETING]
    if hooks and policies:
        return f'helm deletes it after it has finished ({_POLICY}: {", ".join(policies)})'
    return ''


def _split_words(value: object) -> list[str]:
    return [part.strip() for part in value.split(',')] if isinstance(value, str) else []
