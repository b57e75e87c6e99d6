"""The workloads that Flux has applied, found by its labels and its inventory.

https://fluxcd.io/flux/components/kustomize/kustomizations/#inventory,
https://fluxcd.io/flux/faq/ (labels of what is applied)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubectl_dog.tracker import DAEMONSETS
from kubectl_dog.tracker import DEPLOYMENTS
from kubectl_dog.tracker import STATEFULSETS
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import Resource
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import get_dicts
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_deleting
from kubectl_dog.tracker import name
from kubectl_dog.tracker import workload_watches

KINDS = {resource.kind: resource for resource in (DEPLOYMENTS, STATEFULSETS, DAEMONSETS)}

# For more workloads than this, all pods of their namespaces are watched.
_MAX_SELECTORS = 5

# Workloads in further namespaces are not shown: each namespace needs its own watches.
_MAX_NAMESPACES = 8


class Entry(NamedTuple):
    """An object of an inventory; `namespace` and `group` may be empty."""

    namespace: str
    name: str
    group: str
    kind: str

    @property
    def label(self) -> str:
        """The kind and name: `deployment/web`."""
        return f'{self.kind.lower()}/{self.name}'


class Locations(NamedTuple):
    """Where to look for workloads: kinds with their namespaces, and a label selector.

    `inventory` restricts the result to these objects.
    """

    labels: str
    kinds: tuple[tuple[Resource, str], ...]
    inventory: frozenset[Entry] | None = None


def inventory(obj: Object) -> tuple[Entry, ...]:
    """The objects of `status.inventory`; malformed ids are left out."""
    entries = [
        parse(get_str(entry, 'id')) for entry in get_dicts(obj, 'status', 'inventory', 'entries')
    ]
    return tuple(entry for entry in entries if entry is not None)


def parse(entry_id: str) -> Entry | None:
    """Parse an id such as `shop_web_apps_Deployment`; a colon is written as two underscores."""
    namespace, first_separator, rest = entry_id.partition('_')
    rest, _, kind = rest.rpartition('_')
    object_name, second_separator, group = rest.rpartition('_')
    if not first_separator or not second_separator or not object_name or not kind:
        return None
    return Entry(namespace, object_name.replace('__', ':'), group, kind)


def of_inventory(obj: Object, labels: str) -> Locations:
    """The locations of the workloads in an inventory."""
    entries = [entry for entry in inventory(obj) if entry.group == 'apps' and entry.kind in KINDS]
    namespaces = sorted({entry.namespace for entry in entries if entry.namespace})[:_MAX_NAMESPACES]
    kinds = {
        (KINDS[entry.kind], entry.namespace) for entry in entries if entry.namespace in namespaces
    }
    return Locations(labels, tuple(sorted(kinds)), frozenset(entries))


def watches(view: View, locations: Locations) -> Iterator[Watch]:
    """The watches for the workloads and, once those are known, for their pods."""
    for resource, namespace in locations.kinds:
        yield Watch(resource, namespace, locations.labels)
    applied_workloads = workloads(view, locations)
    for obj in applied_workloads:
        yield from workload_watches(obj, whole_namespace=len(applied_workloads) > _MAX_SELECTORS)


def is_known(view: View, locations: Locations) -> bool:
    """Whether all readable workloads and their pods have been listed."""
    return all(
        watch in view.objects_by_watch or watch.resource.key in view.forbidden_kinds
        for watch in watches(view, locations)
    )


def workloads(view: View, locations: Locations) -> tuple[Object, ...]:
    """The existing workloads that are in the inventory."""
    return tuple(
        obj
        for resource, namespace in locations.kinds
        for obj in sorted(view.objects_of(Watch(resource, namespace, locations.labels)), key=name)
        if not is_deleting(obj) and _is_listed(obj, resource, locations)
    )


def _is_listed(obj: Object, resource: Resource, locations: Locations) -> bool:
    if locations.inventory is None:
        return True
    namespace = get_str(obj, 'metadata', 'namespace')
    return Entry(namespace, name(obj), resource.group, resource.kind) in locations.inventory
