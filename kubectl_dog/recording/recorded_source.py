"""Source that delivers the items of a recording in place of a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from queue import Empty

from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Signal
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.model.wants import Want
from kubectl_dog.recording.reader import Recording
from kubectl_dog.signal_queue import SignalQueue


class RecordedSource:
    """A source that delivers the items of a recording on a virtual clock.

    If `speed` is None, the clock jumps from item to item. Otherwise it runs `speed` times as fast
    as real time. The engine gets the same items at the same virtual times in both cases. Tests
    replace waiting by `sleep`; a signal does not end it.
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
        self._signals: SignalQueue[str] = SignalQueue()
        self._next = 0
        self._now = 0.0
        self._origin: float | None = None

    @property
    def started(self) -> float:
        """The time when the recorded run began, in epoch seconds."""
        return self._recording.started

    def now(self) -> float:
        """Return the virtual time: that of the last item or deadline."""
        return self._now

    def signal(self, name: str) -> None:
        """Deliver `interrupt` or `terminate` next, and wake a sleeper; safe in signal handlers."""
        self._signals.put(name)

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """Return the next item up to the time `until`, or None; raises SourceEndedError at the end.

        `lines` has no effect, as the items of a recording are in order.
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
        """Do nothing: a recording contains only the items that were read when it was made."""

    def close(self) -> None:
        """Do nothing: no file is open."""

    def _wait(self, moment: float | None) -> str | None:
        """Wait until the virtual time `moment`; return the name of a signal that ends the wait."""
        remaining = 0.0 if moment is None else self._seconds_until(moment)
        try:
            if self._sleep and remaining > 0:
                self._sleep(remaining)
                remaining = 0.0
            signal = self._signals.get(remaining) if remaining > 0 else self._signals.get_nowait()
        except Empty:
            return None
        if moment is not None and self._speed is not None:
            time_reached = moment - self._seconds_until(moment) * self._speed
            self._now = max(self._now, min(moment, time_reached))
        return signal

    def _seconds_until(self, moment: float) -> float:
        """Return the real seconds until the virtual time `moment`."""
        if self._speed is None:
            return 0.0
        if self._origin is None:
            self._origin = self._monotonic() - self._now / self._speed
        return self._origin + moment / self._speed - self._monotonic()
