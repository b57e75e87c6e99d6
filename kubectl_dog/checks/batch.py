"""The objects of one call, which count as present for each other."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import is_custom


class Entry(NamedTuple):
    """An object to check.

    - `unserved`: the reason why the server does not have its kind; otherwise empty.
    - `is_defined_here`: only a CustomResourceDefinition of the batch defines its kind.
    """

    target: Target
    object: Object
    unserved: str = ''
    is_defined_here: bool = False


class Batch:
    """All objects of one call, by kind, namespace and name.

    `present` are objects that are not checked, such as those that helm deletes again. Objects of
    kinds that the server does not have are not there for others: no controller will see them.
    """

    def __init__(self, entries: Iterable[Entry], present: Iterable[Entry] = ()) -> None:
        self.entries = tuple(entries)
        self.served = [entry for entry in self.entries if not entry.unserved]
        self._custom = [entry for entry in self.served if is_custom(entry.target.resource)]
        self._named: dict[Target, frozenset[str]] = {}
        self._objects: dict[tuple[str, str], dict[str, Object]] = {}
        for entry in (*present, *self.served):
            key = (entry.target.resource.key, entry.target.namespace)
            self._objects.setdefault(key, {})[entry.target.name] = entry.object

    def named(self, resource: Resource, namespace: str) -> dict[str, Object]:
        """Return the objects of a kind in a namespace by their names."""
        return self._objects.get((resource.key, namespace), {})

    def has_namespace(self, name: str) -> bool:
        """Return whether a namespace is one of the objects."""
        return name in self.named(NAMESPACES, '')

    def may_create(self, namespace: str, name: str) -> str:
        """Return a custom resource whose operator may create an object; empty if there is none.

        The name contains that of the custom resource, as `orders-app` contains `orders`, or is a
        value in its spec.
        """
        for entry in self._custom:
            target = entry.target
            if target.namespace not in ('', namespace):
                continue
            if target not in self._named:
                self._named[target] = frozenset(_texts(entry.object.get('spec')))
            if target.name in name or name in self._named[target]:
                return f'{target.resource.kind} "{target.name}"'
        return ''


# Fields of pods: a name in them refers to an object that must exist.
_POD_FIELDS = frozenset(('containers', 'initContainers', 'volumes', 'imagePullSecrets'))


def _texts(root: object) -> Iterator[str]:
    """Yield the texts in an object, outside of fields of pods."""
    pending = [root]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending += [part for key, part in value.items() if key not in _POD_FIELDS]
        elif isinstance(value, list):
            pending += value
        elif isinstance(value, str):
            yield value
