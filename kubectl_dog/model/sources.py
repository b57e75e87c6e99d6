"""The one thing that does I/O, as the engine sees it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Protocol

from kubectl_dog.model.items import Item
from kubectl_dog.model.wants import Want


class SourceEndedError(Exception):
    """A source that is finite (a recording) has nothing more to deliver, ever."""


class Source(Protocol):
    """Delivers items for the wants it was last given; owned by one thread.

    A live cluster and a recording both implement it, so the engine cannot tell them apart.
    """

    @property
    def started(self) -> float:
        """Local wall-clock time, in epoch seconds, at which `now()` was 0."""
        ...

    def now(self) -> float:
        """Seconds since tracking began."""
        ...

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """The next item, or None once `now()` has reached `until` (None: wait without limit).

        Without `lines` a live source leaves log lines waiting: nobody could print them now. Lines
        of several streams that waited together are items of one moment: they come one after the
        other, and where `until` is that moment, only they do.
        Raises SourceEndedError when nothing can ever come and `until` is None.
        """
        ...

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Make the set of open reads equal to `wants`; cheap when nothing changed."""
        ...

    def close(self) -> None:
        """Stop every read promptly; safe to call twice."""
        ...
