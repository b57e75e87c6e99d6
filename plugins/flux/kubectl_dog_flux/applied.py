"""What Flux has applied: by the labels that it gives to all of it, and by the inventory.

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

KINDS = {one.kind: one for one in (DEPLOYMENTS, STATEFULSETS, DAEMONSETS)}

# Up to so many workloads are read by their own selectors; of more, all pods of their namespaces.
_FEW = 5

# What is in more namespaces is not shown: each takes watches of its own.
_NAMESPACES = 8


class Entry(NamedTuple):
    """One object of an inventory; `namespace` and `group` may be empty."""

    namespace: str
    name: str
    group: str
    kind: str

    @property
    def label(self) -> str:
        """How it is named: `deployment/web`."""
        return f'{self.kind.lower()}/{self.name}'


class Places(NamedTuple):
    """Where workloads may be: the kinds in each namespace, and the label of all of them."""

    labels: str
    kinds: tuple[tuple[Resource, str], ...]
    only: frozenset[Entry] | None = None


def inventory(thing: Object) -> tuple[Entry, ...]:
    """What is applied, from ids like `shop_web_apps_Deployment`; what is no id is left out."""
    found = [
        parse(get_str(one, 'id')) for one in get_dicts(thing, 'status', 'inventory', 'entries')
    ]
    return tuple(one for one in found if one is not None)


def parse(word: str) -> Entry | None:
    """One id. Names of roles may have colons, which are written as two underscores."""
    namespace, begun, rest = word.partition('_')
    rest, _, kind = rest.rpartition('_')
    called, ended, group = rest.rpartition('_')
    if not begun or not ended or not called or not kind:
        return None
    return Entry(namespace, called.replace('__', ':'), group, kind)


def of_inventory(thing: Object, labels: str) -> Places:
    """The places of the workloads in an inventory."""
    entries = [one for one in inventory(thing) if one.group == 'apps' and one.kind in KINDS]
    spaces = sorted({one.namespace for one in entries if one.namespace})[:_NAMESPACES]
    kinds = {(KINDS[one.kind], one.namespace) for one in entries if one.namespace in spaces}
    return Places(labels, tuple(sorted(kinds)), frozenset(entries))


def watches(view: View, places: Places) -> Iterator[Watch]:
    """What brings the workloads, and once they are known, their pods."""
    for resource, namespace in places.kinds:
        yield Watch(resource, namespace, places.labels)
    found = workloads(view, places)
    for thing in found:
        yield from workload_watches(thing, whole_namespace=len(found) > _FEW)


def is_known(view: View, places: Places) -> bool:
    """Whether all workloads and their pods have been listed, as far as they may be read."""
    return all(
        one in view.objects_by_watch or one.resource.key in view.forbidden_kinds
        for one in watches(view, places)
    )


def workloads(view: View, places: Places) -> tuple[Object, ...]:
    """The workloads that are there, and were not taken out of the inventory."""
    return tuple(
        thing
        for resource, namespace in places.kinds
        for thing in sorted(view.objects_of(Watch(resource, namespace, places.labels)), key=name)
        if not is_deleting(thing) and _is_listed(thing, resource, places)
    )


def _is_listed(thing: Object, resource: Resource, places: Places) -> bool:
    if places.only is None:
        return True
    namespace = get_str(thing, 'metadata', 'namespace')
    return Entry(namespace, name(thing), resource.group, resource.kind) in places.only
