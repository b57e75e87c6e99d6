"""Interface between the engine and a cluster or a recording."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from kubectl_dog.model.events import Event
from kubectl_dog.model.items import Item
from kubectl_dog.model.wants import Want


class SourceEndedError(Exception):
    """A finite source (a recording) has delivered all its items."""


class Source(Protocol):
    """A source that delivers items for the current wants; only one thread uses it.

    A live cluster and a recording implement it, and the engine treats both alike.
    """

    @property
    def started(self) -> float:
        """Local wall-clock time, in epoch seconds, at which `now()` was 0."""
        ...

    def now(self) -> float:
        """Return seconds since tracking began."""
        ...

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """Return the next item, or None at the time `until` (None: wait without limit).

        Without `lines` a live source keeps log lines back, as they cannot be printed now. Lines of
        several streams that waited together have the same time, and come one after the other; if
        `until` is that time, only they come.
        Raises SourceEndedError if `until` is None and no item can come any more.
        """
        ...

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Open and close reads until they match `wants`; cheap if the wants are unchanged."""
        ...

    def close(self) -> None:
        """Stop all reads at once; may be called twice."""
        ...


class EventBatches(Protocol):
    """A run that yields its events."""

    def __iter__(self) -> Iterator[Event]:
        """Return the events, one by one."""
        ...

    def event_batches(self, has_room: Callable[[], bool]) -> Iterator[Sequence[Event]]:
        """Yield the events in batches; `has_room` returns whether log lines can be printed now."""
        ...
