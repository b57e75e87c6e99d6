"""The main loop: take an item, make a step, update the wants of the source, yield events."""

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

# How often, in seconds, to check whether a blocked output has room again.
_ROOM_INTERVAL = 0.05
# The shortest time, in seconds, to wait for an item: a tracker may set deadlines without end.
_SHORTEST_WAIT = 0.02


class Session:
    """Tracks targets on one source, live or recorded; iterate it for its events."""

    def __init__(
        self,
        source: Source,
        targets: Sequence[TrackedTarget],
        options: Options,
        groups: Groups | None = None,
        tracker_notices: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """`tracker_notices` gives new notices about the choice of trackers, each once."""
        self._source = source
        self._engine = Engine(targets, options, source.started, groups, tracker_notices)

    @property
    def targets(self) -> Sequence[TrackedTarget]:
        """The targets given at first, and the members of groups that have joined since."""
        return self._engine.targets

    def __iter__(self) -> Iterator[Event]:
        """The events of `run`."""
        return self.run()

    def run(self, has_room: Callable[[], bool] = lambda: True) -> Iterator[Event]:
        """The events of `event_batches`, one by one."""
        for events in self.event_batches(has_room):
            yield from events

    def event_batches(
        self, has_room: Callable[[], bool] = lambda: True
    ) -> Iterator[Sequence[Event]]:
        """Events until every target has its verdict; then the source is closed.

        Log lines of several pods that arrive together form one batch, one LogChunk after the
        other, so that they can be merged by time. All other events come as they happen.

        `has_room` says whether more log lines can be printed now: a slow reader of the output
        slows the lines, never the verdict.

        Deadlines fire before items that came after them. So a recording, which has the times but
        not the load of the machine, replays to the same verdict.
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
                    step, events = self._take_lines(item.at, step)
                    yield events
        finally:
            self._source.close()

    def _take_lines(self, at: float, step: Step) -> tuple[Step, Sequence[Event]]:
        """Take the items that wait with log lines; lines do not change the wants."""
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
            # If deadlines follow each other too fast, no item would ever be taken.
            deadline = max(deadline, self._source.now() + _SHORTEST_WAIT)
        while not has_room():
            check_at = self._source.now() + _ROOM_INTERVAL
            until = check_at if deadline is None else min(check_at, deadline)
            item = self._source.take(until, lines=False)
            if item is not None or until == deadline:
                return item
        try:
            return self._source.take(deadline)
        except SourceEndedError:
            return Item(self._source.now(), None, Signal('end'))
