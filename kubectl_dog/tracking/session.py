"""The only loop: take an item, step, tell the source what to read next, hand out events."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.events import Event
from kubectl_dog.model.options import Options
from kubectl_dog.model.sources import Source
from kubectl_dog.tracking.core import Core
from kubectl_dog.tracking.track import Track


class Session:
    """Tracks some targets on one source, live or recorded; iterate it for its events."""

    def __init__(self, source: Source, tracks: Sequence[Track], options: Options) -> None:
        self._source = source
        self._core = Core(tracks, options, source.started)

    def __iter__(self) -> Iterator[Event]:
        """Events until every target has its verdict; the source is closed in the end.

        Deadlines fire before an item that came after them, so that a recording, which tells the
        times but not how busy the machine was, replays to the same verdict.
        """
        try:
            step = self._core.step(self._source.now(), None)
            yield from step.events
            while not step.finished:
                self._source.reconcile(step.wants)
                item = self._source.take(step.deadline)
                now = self._source.now() if item is None else item.at
                while not step.finished and step.deadline is not None and step.deadline <= now:
                    step = self._core.step(step.deadline, None)
                    yield from step.events
                if item is not None and not step.finished:
                    step = self._core.step(item.at, item)
                    yield from step.events
        finally:
            self._source.close()
