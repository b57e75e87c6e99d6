"""A recording as a source: the engine cannot tell it from a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from queue import Empty
from queue import SimpleQueue

from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Signal
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.model.wants import Want
from kubectl_dog.recording.reader import Recording


class RecordedSource:
    """Delivers a recording's items on a virtual clock.

    The clock jumps from item to item at once where `speed` is None; else it is held back to run
    `speed` times as fast as real time. What the engine sees is the same either way. `sleep`
    replaces the waiting, which a signal ends.
    """

    def __init__(
        self,
        recording: Recording,
        speed: float | None = None,
        sleep: Callable[[float], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recording = recording
        self._speed = speed
        self._sleep = sleep
        self._monotonic = monotonic
        # Its put() may interrupt its own get(), so a signal handler can call it.
        self._signals: SimpleQueue[str] = SimpleQueue()
        self._next = 0
        self._now = 0.0
        self._origin: float | None = None

    @property
    def started(self) -> float:
        """When the recorded run began, in epoch seconds."""
        return self._recording.started

    def now(self) -> float:
        """The virtual time: that of the last item, or deadline, reached."""
        return self._now

    def signal(self, name: str) -> None:
        """Deliver `interrupt` or `terminate` next, and wake a sleeper; safe in a signal handler."""
        self._signals.put(name)

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """The next item that is due until then; raises SourceEndedError where none can be.

        A recording has its order already: `lines` changes nothing.
        """
        items = self._recording.items
        item = items[self._next] if self._next < len(items) else None
        if item is not None and until is not None and item.at > until:
            item = None
        moment = until if item is None else item.at
        signal = self._wait(moment)
        if signal is not None:
            return Item(self._now, None, Signal(signal))
        if moment is None:
            raise SourceEndedError
        self._now = max(self._now, moment)
        self._next += item is not None
        return item

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Nothing to do: what was wanted then is what there is."""

    def close(self) -> None:
        """Nothing to do: nothing is open."""

    def _wait(self, moment: float | None) -> str | None:
        """Hold the clock back until `moment`, or until the signal that comes before it."""
        left = 0.0 if moment is None else self._lead(moment)
        try:
            if self._sleep and left > 0:
                self._sleep(left)
                left = 0.0
            signal = self._signals.get(timeout=left) if left > 0 else self._signals.get_nowait()
        except Empty:
            return None
        if moment is not None and self._speed is not None:
            reached = moment - self._lead(moment) * self._speed
            self._now = max(self._now, min(moment, reached))
        return signal

    def _lead(self, moment: float) -> float:
        """Real seconds by which the virtual `moment` is ahead of its time."""
        if self._speed is None:
            return 0.0
        if self._origin is None:
            self._origin = self._monotonic() - self._now / self._speed
        return self._origin + moment / self._speed - self._monotonic()
