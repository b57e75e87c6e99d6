"""Resolve the inventory of an application of Argo CD or Flux to targets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kubectl_dog import target_resolution
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import ManagedObjects

if TYPE_CHECKING:
    from kubectl_dog.model.connection import Connection

# Names become parts of a URL and of a field selector.
_NAME = re.compile(r'(?!\.{1,2}$)[^/%,=!\\\s]{1,253}')
_NAMESPACE = re.compile(r'[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?')


def resolve(connection: Connection, want: ManagedObjects) -> ManagedTargets:
    """Return the targets of an inventory; failures are returned, not raised."""
    try:
        return _resolve(connection, want)
    except AccessError as error:
        return ManagedTargets((), failure=str(error))
    except UserError as error:
        return ManagedTargets((), (str(error),))


def _resolve(connection: Connection, want: ManagedObjects) -> ManagedTargets:
    kinds = target_resolution.resolver(connection)
    targets: dict[Target, None] = {}
    notices = []
    for reference in want.objects:
        label = f'{reference.kind} {reference.name}'
        resource = kinds.of_kind(reference.api_version, reference.kind)
        if isinstance(resource, str):
            notices.append(f'{label} is ignored: {resource}')
        elif not _NAME.fullmatch(reference.name):
            notices.append(f'{label} is ignored: its name is invalid')
        elif resource.namespaced and not _NAMESPACE.fullmatch(reference.namespace):
            notices.append(f'{label} is ignored: invalid namespace "{reference.namespace}"')
        else:
            namespace = reference.namespace if resource.namespaced else ''
            targets[Target(resource, namespace, reference.name)] = None
    if want.release:
        namespace, name = want.release
        placed = target_resolution.release_objects(connection, name, namespace)
        resolved = target_resolution.targets_of_objects(placed, namespace, False, kinds)
        targets.update(dict.fromkeys(resolved.targets))  # type: ignore[arg-type]
        notices += resolved.notices
    return ManagedTargets(tuple(targets), tuple(notices))
