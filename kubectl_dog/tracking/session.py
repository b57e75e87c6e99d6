"""The only loop: take an item, step, tell the source what to read next, hand out events."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.events import Event
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.sources import Source
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.tracking.engine import Engine
from kubectl_dog.tracking.engine import Step
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget

# While nobody reads the output, how often, in seconds, to look whether somebody does again.
_GLANCE = 0.05
# How long, in seconds, to listen at least: a tracker may ask to be called as often as it likes.
_MOMENT = 0.02


class Session:
    """Tracks some targets on one source, live or recorded; iterate it for its events."""

    def __init__(
        self,
        source: Source,
        tracks: Sequence[TrackedTarget],
        options: Options,
        members: Groups | None = None,
        remarks: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """`remarks` gives what there is to say of the trackers, each sentence once."""
        self._source = source
        self._engine = Engine(tracks, options, source.started, members, remarks)

    @property
    def targets(self) -> Sequence[TrackedTarget]:
        """Those it began with, and those of members that have come since."""
        return self._engine.targets

    def __iter__(self) -> Iterator[Event]:
        """The events of `run`."""
        return self.run()

    def run(self, has_room: Callable[[], bool] = lambda: True) -> Iterator[Event]:
        """The events of `turns`, one by one."""
        for events in self.event_batches(has_room):
            yield from events

    def event_batches(
        self, has_room: Callable[[], bool] = lambda: True
    ) -> Iterator[Sequence[Event]]:
        """Events until every target has its verdict; the source is closed in the end.

        Log lines of several pods that waited together come together: one LogChunk after the other,
        to be merged by time. All other events come as they happen.

        `has_room` tells whether more log lines can be printed now: a slow reader of the output
        slows the lines, never the verdict.

        Deadlines fire before an item that came after them, so that a recording, which tells the
        times but not how busy the machine was, replays to the same verdict.
        """
        try:
            step = self._engine.step(self._source.now(), None)
            yield step.events
            while not step.finished:
                self._source.reconcile(step.wants)
                item = self._take(step.deadline, has_room)
                now = self._source.now() if item is None else item.at
                while not step.finished and step.deadline is not None and step.deadline <= now:
                    step = self._engine.step(step.deadline, None)
                    yield step.events
                if item is not None and not step.finished:
                    step = self._engine.step(item.at, item)
                    if not isinstance(item.payload, LogLines):
                        yield step.events
                        continue
                    step, events = self._together(item.at, step)
                    yield events
        finally:
            self._source.close()

    def _together(self, at: float, step: Step) -> tuple[Step, Sequence[Event]]:
        """What belongs to the moment of log lines; lines do not change what is to be read."""
        events = list(step.events)
        while not step.finished:
            item = self._source.take(at)
            if item is None:
                break
            step = self._engine.step(item.at, item)
            events += step.events
        return step, events

    def _take(self, deadline: float | None, has_room: Callable[[], bool]) -> Item | None:
        if deadline is not None:
            # Late for a deadline that comes again and again, it would never take anything.
            deadline = max(deadline, self._source.now() + _MOMENT)
        while not has_room():
            glance = self._source.now() + _GLANCE
            until = glance if deadline is None else min(glance, deadline)
            item = self._source.take(until, lines=False)
            if item is not None or until == deadline:
                return item
        try:
            return self._source.take(deadline)
        except SourceEndedError:
            return Item(self._source.now(), None, Signal('end'))
