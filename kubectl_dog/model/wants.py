"""Requests for data as values: trackers and causes return wants and do no I/O.

Equal wants share one read, so that two targets with the same pod share its log stream. The four
classes differ in length, because NamedTuples of different classes compare as plain tuples.
"""

from __future__ import annotations

from typing import Union

from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.resources import Resource


class Watch(NamedTuple):
    """A list and watch of a collection; `labels` and `fields` are selectors, and may be empty."""

    resource: Resource
    namespace: str
    labels: str = ''
    fields: str = ''


class Lookup(NamedTuple):
    """A single read of an object, or of a list if `name` is empty.

    - `namespace`: empty for all namespaces, and for kinds without namespaces.
    - `labels`: label selector for a list; may be empty.
    - `full_object`: read full objects; else the answer holds metadata (PartialObjectMetadata).

    A list is answered with its first page.
    """

    resource: Resource
    namespace: str
    name: str = ''
    labels: str = ''
    full_object: bool = False


class Logs(NamedTuple):
    """The log of one container, across its restarts, each line once and in order.

    - `restarts`, `running`: the instance that the status of the pod shows. They change while the
      stream is open, so that `stream` identifies it, not the whole value.
    - `since`: epoch seconds; None means no limit.
    - `tail`: number of lines that the first read starts with; None means all.
    - `previous`: start with the instance before the present one.
    """

    namespace: str
    pod: str
    uid: str
    container: str
    restarts: int = 0
    running: bool = True
    since: float | None = None
    tail: int | None = None
    previous: bool = True

    @property
    def stream(self) -> tuple[str, str]:
        """(pod uid, container): identifies the log stream."""
        return (self.uid, self.container)


class ObjectReference(NamedTuple):
    """An object by kind and name; `namespace` is empty for kinds without namespaces."""

    api_version: str
    kind: str
    namespace: str
    name: str


class ManagedObjects(NamedTuple):
    """The objects that an application manages, to be resolved to targets.

    - `release`: (namespace, name) of a Helm release whose objects also count; empty for none.
    """

    objects: tuple[ObjectReference, ...]
    release: tuple[str, ...] = ()


Want = Union[Watch, Lookup, Logs, ManagedObjects]
