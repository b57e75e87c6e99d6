"""Main loop: take an item, make a step, update the wants of the source, yield events."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import mask_secrets
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.sources import Source
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.tracking.engine import Engine
from kubectl_dog.tracking.engine import Step
from kubectl_dog.tracking.schedule.groups import Members
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget

# How often, in seconds, to check whether a blocked output has room again.
_ROOM_INTERVAL = 0.05
# The shortest time, in seconds, to wait for an item: a tracker may set deadlines without end.
_SHORTEST_WAIT = 0.02
# Seconds without an event after which consumers get an empty batch.
_QUIET = 1.0


class Session:
    """A session that tracks targets on one source, live or recorded; iterate it for events."""

    def __init__(
        self,
        source: Source,
        targets: Sequence[TrackedTarget],
        options: Options,
        groups: Members | None = None,
        tracker_notices: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """Prepare a session; `tracker_notices` returns new notices about trackers, each once."""
        self._source = source
        engine: type[Engine] = Engine
        if options.command:
            from kubectl_dog.tracking.command_engine import CommandEngine

            engine = CommandEngine
        self._engine = engine(targets, options, source.started, groups, tracker_notices)

    @property
    def targets(self) -> Sequence[TrackedTarget]:
        """The initial targets, and the members of groups that have joined since."""
        return self._engine.targets

    def __iter__(self) -> Iterator[Event]:
        """Return the events of `run`."""
        return self.run()

    def run(self, has_room: Callable[[], bool] = lambda: True) -> Iterator[Event]:
        """Yield the events of `event_batches`, one by one."""
        for events in self.event_batches(has_room):
            yield from events

    def event_batches(
        self, has_room: Callable[[], bool] = lambda: True
    ) -> Iterator[Sequence[Event]]:
        """Yield events until every target has its verdict, and then close the source.

        Log lines of several pods that arrive together form one batch, one LogChunk after the
        other, so that they can be merged by time. All other events come as they happen. An empty
        batch means that a second has passed since the last event.

        `has_room` says whether more log lines can be printed now: a slow reader of the output
        delays log lines, but not the verdict.

        Deadlines fire before items that came after them. So a recording, which has the times but
        not the load of the machine, replays to the same verdict.
        """
        try:
            step = self._engine.step(self._source.now(), None)
            yield mask_secrets(step.events)
            quiet_at: float | None = self._source.now() + _QUIET
            while not step.finished:
                self._source.reconcile(step.wants)
                times = [time for time in (step.deadline, quiet_at) if time is not None]
                item = self._take(min(times, default=None), has_room)
                now = self._source.now() if item is None else item.at
                if quiet_at is not None and now >= quiet_at:
                    quiet_at = None
                    yield ()
                while not step.finished and step.deadline is not None and step.deadline <= now:
                    step = self._engine.step(step.deadline, None)
                    yield mask_secrets(step.events)
                    quiet_at = now + _QUIET if step.events else quiet_at
                if item is not None and not step.finished:
                    step = self._engine.step(item.at, item)
                    if not isinstance(item.payload, LogLines):
                        yield mask_secrets(step.events)
                        quiet_at = now + _QUIET if step.events else quiet_at
                        continue
                    step, events = self._take_lines(item.at, step)
                    yield mask_secrets(events)
        finally:
            self._source.close()

    def _take_lines(self, at: float, step: Step) -> tuple[Step, Sequence[Event]]:
        """Take the items that arrived with log lines; lines do not change the wants."""
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
