"""Assess objects from files, without a cluster and without a clock (see `assess_once`)."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import well_known
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.views import View
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.tracking.status import assess_once
from kubectl_dog.tracking.status.ownership import FileObjectsByWatch
from kubectl_dog.tracking.status.ownership import OwnedObjects
from kubectl_dog.tracking.status.ownership import api_group
from kubectl_dog.tracking.status.ownership import kind_key
from kubectl_dog.tracking.status.ownership import resolve_owners


def statuses_from_objects(
    objects: Iterable[Object], tracker: Callable[[Resource], Tracker]
) -> tuple[Status, ...]:
    """One status for each object and child in order, except kube events.

    `tracker` returns the tracker of a kind; it is called once per kind.
    """
    owned = resolve_owners(objects)
    kinds: dict[str, tuple[Resource, Tracker]] = {}
    statuses = []
    for obj in owned.objects:
        key = kind_key(obj)
        if key not in kinds:
            resource = resource_of(obj)
            kinds[key] = (resource, tracker(resource))
        resource, kind_tracker = kinds[key]
        statuses.append(assess_once.assess_once(_view(owned, obj, resource), kind_tracker))
    return tuple(statuses)


def _view(owned: OwnedObjects, obj: Object, resource: Resource) -> View:
    """The view of one object. An object that is not in the files may still exist."""
    # Suggested commands need a namespace if the kind has one.
    default = 'default' if resource.namespaced else ''
    namespace = get_str(obj, 'metadata', 'namespace') or default
    descendants = owned.descendants(obj)
    return View(
        target=Target(resource, namespace, name(obj)),
        now=0.0,
        object=obj,
        children_by_owner_uid=descendants,
        kube_events_by_uid=owned.kube_events_by_uid,
        listed_kinds=frozenset(
            kind_key(child) for group in descendants.values() for child in group
        ),
        objects_by_watch=FileObjectsByWatch(owned.objects),
    )


def resource_of(obj: Object) -> Resource:
    """The resource of an object's kind, as far as it is known without a server.

    The kind stands in for an unknown plural: kubectl accepts it in commands.
    """
    kind, version = get_str(obj, 'kind'), get_str(obj, 'apiVersion').rpartition('/')[2]
    known = well_known(kind_key(obj))
    if known is not None and known.kind == kind:
        return known
    plural = kind.lower()
    is_namespaced = bool(get_str(obj, 'metadata', 'namespace'))
    return Resource(api_group(obj), version, plural, kind, plural, is_namespaced)
