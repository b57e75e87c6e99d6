"""The status of objects that were written to a file: no cluster, and no clock (see `glance`)."""

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
    """One status per object but for kube events, in their order, children too.

    `tracker` finds the tracker of a kind; it is asked once per kind.
    """
    kin = resolve_owners(objects)
    found: dict[str, tuple[Resource, Tracker]] = {}
    told = []
    for thing in kin.objects:
        key = kind_key(thing)
        if key not in found:
            of = resource_of(thing)
            found[key] = (of, tracker(of))
        of, judge = found[key]
        told.append(assess_once.assess_once(_view(kin, thing, of), judge))
    return tuple(told)


def _view(kin: OwnedObjects, thing: Object, of: Resource) -> View:
    """What one object is judged by. What was not written down is not known not to be there."""
    # Commands that are shown as remedies need a namespace where there is one.
    namespace = get_str(thing, 'metadata', 'namespace') or ('default' if of.namespaced else '')
    behind = kin.descendants(thing)
    return View(
        target=Target(of, namespace, name(thing)),
        now=0.0,
        object=thing,
        children_by_owner_uid=behind,
        kube_events_by_uid=kin.kube_events_by_uid,
        listed_kinds=frozenset(kind_key(one) for those in behind.values() for one in those),
        objects_by_watch=FileObjectsByWatch(kin.objects),
    )


def resource_of(thing: Object) -> Resource:
    """The resource of a kind, as far as it is known without a server.

    kubectl takes a kind for a plural, so commands that are made with it work.
    """
    kind, version = get_str(thing, 'kind'), get_str(thing, 'apiVersion').rpartition('/')[2]
    known = well_known(kind_key(thing))
    if known is not None and known.kind == kind:
        return known
    word = kind.lower()
    is_namespaced = bool(get_str(thing, 'metadata', 'namespace'))
    return Resource(api_group(thing), version, word, kind, word, is_namespaced)
