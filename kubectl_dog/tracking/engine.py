"""The engine: each step takes an item or the time, and returns events, wants and a deadline."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunBegan
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import StatusReport
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.logs.selection import limit_logs
from kubectl_dog.tracking.schedule.event_dedup import EventDedup
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.schedule.scheduler import ScheduledTarget
from kubectl_dog.tracking.schedule.scheduler import Scheduler
from kubectl_dog.tracking.schedule.scheduler import schedule
from kubectl_dog.tracking.store import FINAL
from kubectl_dog.tracking.store import Store
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.verdict import call_result
from kubectl_dog.tracking.verdict.call_result import CallTarget
from kubectl_dog.tracking.world import World

_STOPS = {
    'interrupt': Verdict.INTERRUPTED,
    'terminate': Verdict.TERMINATED,
    'end': Verdict.ENDED,
}


class Step(NamedTuple):
    """The result of one step; if `deadline` is None, only an item can change anything."""

    events: tuple[Event, ...]
    wants: frozenset[Want]
    deadline: float | None
    finished: bool


class Engine:
    """Turns items into events and wants, without I/O and without a clock.

    The same items at the same times always give the same events.
    """

    def __init__(
        self,
        targets: Sequence[TrackedTarget],
        options: Options,
        started: float,
        groups: Groups | None = None,
        tracker_notices: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self.targets = list(targets)
        self._groups = groups or Groups()
        self._tracker_notices = tracker_notices
        self._has_several = len(targets) > 1 or self._groups.open
        self._world = World(Store(), started, options, others_may_recover=self._has_several)
        self._kube_events = EventDedup()
        self._notices: set[str] = set()
        self._outages: dict[str, set[str]] = {}
        self._report_at = options.status_period
        # The time of the last line that was read of each log that was closed.
        self._closed_logs: dict[tuple[str, str], int] = {}
        self._open = Scheduler(targets)
        # Targets that have ended, but whose logs go on.
        self._logs_only: list[ScheduledTarget] = []
        self._want_sets: tuple[frozenset[Want], ...] = ()
        self._wants: frozenset[Want] = frozenset()
        self._streams: set[tuple[str, str]] = set()
        self._last = Step((), frozenset(), None, False)
        self._begun = False
        self._call_ends_at: float | None = None
        self._has_recoverable = False

    def step(self, at: float, item: Item | None) -> Step:
        """Process an item, or the time `at` alone (in seconds since tracking began)."""
        if item is not None and isinstance(item.payload, (LogLines, LogGap)):
            # Neither changes a judgement, and there may be very many.
            return self._last._replace(events=tuple(self._apply_item(at, item)))
        begun, changes = [*self._begin(at)], [*self._run_phases(at, item)]
        # Notices about the trackers come before the judgements that these trackers make.
        notices = [Notice(at, None, text) for text in self._tracker_notices()]
        events = [*begun, *notices, *changes]
        if self._is_finished and not self._last.finished:
            events.append(self._summary(at))
        self._last = Step(
            tuple(events), self._update_wants(), self._deadline(at), self._is_finished
        )
        return self._last

    @property
    def _is_finished(self) -> bool:
        return not self._open and not self._groups.open

    def _begin(self, at: float) -> Iterator[Event]:
        if not self._begun:
            self._begun = True
            options = self._world.options
            mode = 'follow' if options.follow else 'once' if options.once else 'rollout'
            yield RunBegan(at, mode, tuple(tracked.target for tracked in self.targets))

    def _run_phases(self, at: float, item: Item | None) -> Iterator[Event]:
        """Run the phases of a step. Their order matters: each relies on the results before it."""
        if item is not None:
            yield from self._apply_item(at, item)
        if self._groups.is_affected_by(item):
            yield from self._add_members(at)
        affects_others = yield from self._evaluate_due(at, item)
        if affects_others and self._has_several:
            yield from self._apply_call_result(at)
        # Nothing else ends a target, and there may be hundreds to go through.
        if affects_others or (item is not None and isinstance(item.payload, (Signal, ReadFailure))):
            self._close_ended()
        yield from self._report_status(at)

    def _apply_item(self, at: float, item: Item) -> Iterator[Event]:
        """Phase 1: put the item into the store, and report what it says by itself."""
        payload, want = item.payload, item.want
        if isinstance(payload, Signal):
            for tracked in self.targets:
                if tracked.ended is None:
                    yield tracked.stop(at, _STOPS[payload.name])
            yield from self._groups.end(at, _STOPS[payload.name], 'nothing was seen of it yet')
        elif isinstance(payload, ServerClock):
            self._world = self._world._replace(started=self._world.started + payload.offset)
        elif isinstance(payload, ReadFailure):
            yield from self._report_failure(at, want, payload)
        elif isinstance(want, Logs):
            yield from self._log_events(at, want, item)
        self._world.store.apply(item, self._world.started)

    def _add_members(self, at: float) -> Iterator[Event]:
        """Phase 2: start to track new members of groups."""
        joined, events = self._groups.step(at, self._world)
        self.targets += joined
        for tracked in joined:
            self._open.put(at, schedule(at, tracked, self._world))
        yield from events

    def _evaluate_due(self, at: float, item: Item | None) -> Generator[Event, None, bool]:
        """Phase 3: evaluate the targets that the item or the time concerns.

        Returns whether the result may change how the other targets end.
        """
        affects_others = self._has_recoverable or (
            self._call_ends_at is not None and at >= self._call_ends_at
        )
        for scheduled in self._open.due(at, item):
            tracked = scheduled.target
            yield from self._evaluate(at, tracked)
            if tracked.ended is None:
                self._open.put(at, schedule(at, tracked, self._world))
            affects_others = affects_others or tracked.may_recover or tracked.ended is not None
        return affects_others

    def _apply_call_result(self, at: float) -> Iterator[Event]:
        """Phase 4: apply what the verdicts of some targets mean for the others."""
        call_targets = [tracked.call_target(self._world) for tracked in self.targets]
        yield from self._evaluate_recoverable(at, call_targets)
        yield from self._stop_others(at, call_targets)

    def _evaluate_recoverable(
        self, at: float, call_targets: Sequence[CallTarget]
    ) -> Iterator[Event]:
        """Evaluate failed targets again once no other target is left to wait for."""
        # Members that are still to come may change the result as well.
        others_may_recover = self._groups.open or call_result.others_may_recover(call_targets)
        self._world = self._world._replace(others_may_recover=others_may_recover)
        recoverable = [scheduled.target for scheduled in self._open if scheduled.target.may_recover]
        self._has_recoverable = bool(recoverable)
        for tracked in () if others_may_recover else recoverable:
            yield from self._evaluate(at, tracked)
            self._open.put(at, schedule(at, tracked, self._world))

    def _stop_others(self, at: float, call_targets: Sequence[CallTarget]) -> Iterator[Event]:
        """Stop the open targets once the verdicts of the others have decided the call."""
        self._call_ends_at = call_result.call_ends_at(call_targets)
        if self._call_ends_at is None or at < self._call_ends_at or self._world.options.follow:
            return
        for tracked in self.targets:
            if tracked.ended is None:
                yield tracked.stop(at, Verdict.PROGRESSING, 'is not waited for any longer')
        self._call_ends_at = None

    def _close_ended(self) -> None:
        """Phase 5: stop scheduling targets that have ended; keep the logs that go on."""
        for scheduled in self._open:
            if scheduled.target.ended is not None:
                self._open.drop(scheduled)
                if scheduled.target.keeps_logs:
                    self._logs_only.append(scheduled._replace(wants=scheduled.logs))

    def _report_status(self, at: float) -> Iterator[Event]:
        """Phase 6: report the states of all open targets from time to time."""
        if at >= self._report_at and not self._world.options.follow:
            self._report_at = at + self._world.options.status_period
            states = (scheduled.target.state for scheduled in self._open)
            rows = tuple(state for state in states if state is not None)
            if rows:
                yield StatusReport(at, rows)

    def _evaluate(self, at: float, tracked: TrackedTarget) -> Iterator[Event]:
        # Kube events are reported before the causes that they explain. Those of new pods follow,
        # because the step finds these pods.
        yield from self._kube_events.new_events(at, tracked, self._world)
        yield from tracked.step(at, self._world)
        yield from self._kube_events.new_events(at, tracked, self._world)
        progressing = self._world.progressing
        if tracked.is_progressing != (tracked.target in progressing):
            self._world = self._world._replace(progressing=progressing ^ {tracked.target})

    def _report_failure(
        self, at: float, want: Want | None, failure: ReadFailure
    ) -> Iterator[Event]:
        listed = isinstance(want, Watch) and want in self._world.store.listed
        final = failure.reason in FINAL or (not listed and failure.reason != 'recovered')
        unreadable = [scheduled.target for scheduled in self._open if want == scheduled.target.root]
        if final and unreadable:
            for tracked in unreadable:
                yield tracked.end(at, Verdict.NO_ACCESS, failure.reason, failure.message)
            return
        message = failure.message
        if failure.reason == 'denied' and not isinstance(want, Logs) and want is not None:
            plural = want.resource.plural
            message = f'{plural} may not be read, and what they tell is missing: {message}'
        ended = self._groups.on_read_failure(at, want, failure, self._world)
        if ended:
            yield from ended
            return
        if message not in self._notices:
            self._notices.add(message)
            yield Notice(at, None, message)
        if failure.reason in ('unreachable', 'recovered'):
            # Each outage is reported once when it begins, and once when it is over.
            other = {'unreachable': 'recovered', 'recovered': 'unreachable'}[failure.reason]
            self._notices -= self._outages.pop(other, set())
            self._outages.setdefault(failure.reason, set()).add(message)

    def _log_events(self, at: float, want: Logs, item: Item) -> Iterator[Event]:
        if isinstance(item.payload, LogGap):
            yield Notice(at, None, f'{want.pod} {want.container}: {item.payload.message}')
        if not isinstance(item.payload, LogLines):
            return
        lines, last_time = item.payload.lines, self._closed_logs.get(want.stream)
        if last_time is not None:
            lines = tuple(line for line in lines if line.time > last_time)
        run = item.payload.run
        if run is None:  # recordings of older versions have no run number
            run = self._world.store.log_ends.get(want.stream, want.restarts - 1) + 1
        tracked = self._target_of(want)
        lines = tracked.filter_lines(want, lines) if tracked else ()
        if tracked and lines:
            yield LogChunk(at, tracked.target, want.pod, want.container, lines, run)

    def _target_of(self, want: Logs) -> TrackedTarget | None:
        ended = (scheduled.target for scheduled in self._logs_only if want.stream in scheduled.keys)
        return self._open.first(want.stream) or next(ended, None)

    def _update_wants(self) -> frozenset[Want]:
        logs_only = self._logs_only if self._open else []
        want_sets = (
            self._open.wants,
            self._groups.wants,
            *(scheduled.wants for scheduled in logs_only),
        )
        if want_sets != self._want_sets:
            self._want_sets = want_sets
            wants = limit_logs(
                frozenset().union(*want_sets), self._streams, self._world.options.max_log_streams
            )
            streams = {want.stream for want in wants if isinstance(want, Logs)}
            for old in self._wants - wants:
                if isinstance(old, Logs) and old.stream not in streams:
                    lines = self._world.store.logs.get(old.stream, ())
                    self._closed_logs[old.stream] = lines[-1].time if lines else -1
            self._wants, self._streams = wants, streams
        if self._world.store.disconnected:
            # No recovery is ever reported for a want that is not read any more.
            self._world.store.disconnected &= self._wants | self._streams
        return self._wants

    def _deadline(self, at: float) -> float | None:
        deadlines = [self._open.deadline, self._groups.deadline(at)]
        if not self._world.options.follow:
            # CI kills jobs that are silent; following may be silent for ever.
            deadlines += [self._report_at, self._call_ends_at]
        known = (deadline for deadline in deadlines if deadline is not None)
        return None if self._is_finished else min(known, default=None)

    def _summary(self, at: float) -> RunEnded:
        verdicts = [(t.target, t.ended.verdict) for t in self.targets if t.ended is not None]
        groups = self._groups.ended
        call_targets = [tracked.call_target(self._world) for tracked in self.targets]
        call_targets += [
            CallTarget(self._world.options, group.verdict, group.at) for group in groups
        ]
        verdicts = verdicts or [(group.target, group.verdict) for group in groups]
        return RunEnded(at, call_result.call_exit_code(call_targets), tuple(verdicts))
