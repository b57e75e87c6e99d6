"""Engine: each step takes an item or the time, and returns events, wants and a deadline."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunBegan
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import StatusReport
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import EXIT_CODES
from kubectl_dog.model.verdicts import HUNG_UP
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.logs.unmatched import UnmatchedOptions
from kubectl_dog.tracking.schedule.event_dedup import EventDedup
from kubectl_dog.tracking.schedule.event_dedup import NoticeDedup
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.schedule.groups import Members
from kubectl_dog.tracking.schedule.log_limit import LogLimit
from kubectl_dog.tracking.schedule.scheduler import ScheduledTarget
from kubectl_dog.tracking.schedule.scheduler import Scheduler
from kubectl_dog.tracking.schedule.scheduler import schedule
from kubectl_dog.tracking.store import FINAL
from kubectl_dog.tracking.store import Store
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.verdict import call_result
from kubectl_dog.tracking.verdict.call_result import CallTarget
from kubectl_dog.tracking.world import World

if TYPE_CHECKING:
    from kubectl_dog.tracking.denied_reads import DeniedReads
    from kubectl_dog.tracking.schedule.forgetting import Forgetting

# Failures of reads that the user has no permission for.
_DENIALS = ('denied', 'unwatched')
_STOPS = {
    'interrupt': Verdict.INTERRUPTED,
    'terminate': Verdict.TERMINATED,
    'hangup': Verdict.TERMINATED,
    'end': Verdict.ENDED,
}
# Seconds; shorter periods, also of recordings, would leave no time for anything else.
_MIN_STATUS_PERIOD = 1.0


class Step(NamedTuple):
    """The result of one step; if `deadline` is None, only an item can cause a change."""

    events: tuple[Event, ...]
    wants: frozenset[Want]
    deadline: float | None
    finished: bool


class Engine:
    """The engine converts items to events and wants, without I/O and without a clock.

    The same items at the same times always give the same events.
    """

    def __init__(
        self,
        targets: Sequence[TrackedTarget],
        options: Options,
        started: float,
        groups: Members | None = None,
        tracker_notices: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self.targets = list(targets)
        self._groups: Members = groups or Groups()
        self._tracker_notices = tracker_notices
        self._has_several = len(targets) > 1 or self._groups.open
        self._world = World(Store(), started, options, others_may_recover=self._has_several)
        self._kube_events = EventDedup()
        self._read_notices = NoticeDedup()
        self._denied: DeniedReads | None = None
        self._report_at = self._status_period = max(_MIN_STATUS_PERIOD, options.status_period)
        self._unmatched = UnmatchedOptions(options)
        self._log_limit = LogLimit(options.max_log_streams)
        self._is_hung_up = False
        self._open = Scheduler(targets)
        # Targets that have ended, but whose logs go on.
        self._logs_only: list[ScheduledTarget] = []
        self._want_sets: tuple[frozenset[Want], ...] = ()
        self._wants: frozenset[Want] = frozenset()
        self._last = Step((), frozenset(), None, False)
        self._begun = False
        self._call_ends_at: float | None = None
        self._has_recoverable = False
        self._forgetting: Forgetting | None = None

    def step(self, at: float, item: Item | None) -> Step:
        """Process an item, or the time `at` alone (in seconds since tracking began)."""
        if item is not None and isinstance(item.payload, (LogLines, LogGap)):
            # Neither changes an assessment, and there may be very many.
            return self._last._replace(events=tuple(self._apply_item(at, item)))
        if item is not None and self._is_only_stored(at, item):
            self._world.store.apply(item, self._world.started)
            deadline = self._deadline(at)
            if self._last.events or self._last.deadline != deadline:
                self._last = Step((), self._last.wants, deadline, False)
            return self._last
        begun, changes = [*self._begin(at)], [*self._run_phases(at, item)]
        # Notices about trackers come before the events of the targets that they assess.
        notices = [Notice(at, None, text) for text in self._tracker_notices()]
        events = [*begun, *notices, *self._denial_notices(at, changes), *changes]
        if self._is_finished and not self._last.finished:
            events.append(self._summary(at))
        wants = self._update_wants()
        if self._world.options.follow:
            self._forget_gone(at, wants)
        self._last = Step(tuple(events), wants, self._deadline(at), self._is_finished)
        return self._last

    def _is_only_stored(self, at: float, item: Item) -> bool:
        """Return whether an object changes that is evaluated later, and nothing else is due now.

        In a fleet, most objects change while the targets that they belong to rest.
        """
        deadline = self._last.deadline
        return (
            isinstance(item.payload, Changed)
            and deadline is not None
            and at < deadline
            and not self._has_recoverable
            and not self._groups.is_affected_by(item)
            and self._open.rest(at, item)
        )

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
        # Only these end a target, and there may be hundreds of targets to check.
        if affects_others or (item is not None and isinstance(item.payload, (Signal, ReadFailure))):
            self._close_ended()
        yield from self._report_status(at)
        yield from self._report_unmatched(at)

    def _apply_item(self, at: float, item: Item) -> Iterator[Event]:
        """Phase 1: put the item into the store, and report log lines, failed reads and signals."""
        payload, want = item.payload, item.want
        if isinstance(payload, Signal):
            self._is_hung_up = payload.name == 'hangup'
            for tracked in self.targets:
                if tracked.ended is None:
                    yield tracked.stop(at, _STOPS[payload.name])
            yield from self._groups.end(at, _STOPS[payload.name], 'no status received yet')
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
        """Phase 3: evaluate the targets that the item or the time affects.

        Returns whether the result may change how the other targets end.
        """
        affects_others = self._has_recoverable or (
            self._call_ends_at is not None and at >= self._call_ends_at
        )
        had_progressing = bool(self._world.progressing)
        due = [self._open.due(at, item), self._no_longer_awaiting(had_progressing)]
        for scheduled in chain.from_iterable(due):
            tracked = scheduled.target
            yield from self._evaluate(at, tracked)
            if tracked.ended is None:
                self._open.put(at, schedule(at, tracked, self._world))
            affects_others = affects_others or tracked.may_recover or tracked.ended is not None
        return affects_others

    def _no_longer_awaiting(self, had_progressing: bool) -> Iterator[ScheduledTarget]:
        """The targets that waited for another one, once none is left that may become ready."""
        if had_progressing and not self._world.progressing:
            yield from (scheduled for scheduled in self._open if scheduled.target.may_await_others)

    def _apply_call_result(self, at: float) -> Iterator[Event]:
        """Phase 4: apply the verdicts of some targets to the others."""
        call_targets = [tracked.call_target(self._world) for tracked in self.targets]
        yield from self._evaluate_recoverable(at, call_targets)
        yield from self._stop_others(at, call_targets)

    def _evaluate_recoverable(
        self, at: float, call_targets: Sequence[CallTarget]
    ) -> Iterator[Event]:
        """Evaluate failed targets again when all other targets have ended or failed."""
        # Members that join later may change the result as well.
        others_may_recover = self._groups.open or call_result.others_may_recover(call_targets)
        self._world = self._world._replace(others_may_recover=others_may_recover)
        recoverable = [scheduled.target for scheduled in self._open if scheduled.target.may_recover]
        self._has_recoverable = bool(recoverable)
        for tracked in () if others_may_recover else recoverable:
            yield from self._evaluate(at, tracked)
            self._open.put(at, schedule(at, tracked, self._world))

    def _stop_others(self, at: float, call_targets: Sequence[CallTarget]) -> Iterator[Event]:
        """Stop the remaining targets once the other verdicts determine the result of the call."""
        self._call_ends_at = call_result.call_ends_at(call_targets)
        if self._call_ends_at is None or self._world.options.follow:
            return
        if at < self._call_ends_at:
            yield from self._request_evidence(at)
            return
        for tracked in self.targets:
            if tracked.ended is None:
                yield tracked.stop(at, Verdict.PROGRESSING, 'had no verdict when the run ended')
        self._call_ends_at = None

    def _request_evidence(self, at: float) -> Iterator[Event]:
        """Let the open targets read what explains their causes, as the call will end soon."""
        if self._world.is_ending:
            return
        self._world = self._world._replace(is_ending=True)
        for scheduled in self._open:
            if scheduled.target.ended is None:
                # What other targets have read may be enough.
                yield from self._evaluate(at, scheduled.target)
                self._open.put(at, schedule(at, scheduled.target, self._world))

    def _close_ended(self) -> None:
        """Phase 5: stop scheduling targets that have ended; keep the logs that continue."""
        for scheduled in self._open:
            if scheduled.target.ended is not None:
                self._open.drop(scheduled)
                if scheduled.target.keeps_logs:
                    self._logs_only.append(scheduled._replace(wants=scheduled.logs))

    def _report_status(self, at: float) -> Iterator[Event]:
        """Phase 6: report the states of all open targets periodically."""
        if at >= self._report_at and not self._world.options.follow:
            self._report_at = at + self._status_period
            rows = tuple(filter(None, (scheduled.target.state for scheduled in self._open)))
            if rows:
                yield StatusReport(at, rows)

    def _report_unmatched(self, at: float) -> Iterator[Event]:
        """Phase 7: report options that match nothing, once the pods have been seen."""
        if self._is_finished or self._unmatched.is_due(at):
            seen = [tracked.seen(self._world) for tracked in self.targets]
            for text in self._unmatched.sentences(seen, self._is_finished):
                yield Notice(at, None, text)

    def _evaluate(self, at: float, tracked: TrackedTarget) -> Iterator[Event]:
        # Kubernetes events come before the causes that they explain. Those of new pods follow,
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
        ended = self._groups.on_read_failure(at, want, failure, self._world)
        if ended:
            yield from ended
        elif failure.reason in _DENIALS and isinstance(want, (Watch, Logs)):
            self._add_denial(at, want, failure)
        elif self._read_notices.is_new(failure.reason, failure.message):
            yield Notice(at, None, failure.message)

    def _add_denial(self, at: float, want: Watch | Logs, failure: ReadFailure) -> None:
        options = self._world.options
        if isinstance(want, Logs) and not options.logs:
            # The explanation of a failure names it if it was needed.
            return
        if failure.reason == 'unwatched' and options.once:
            # Nothing is to be watched.
            return
        if self._denied is None:
            from kubectl_dog.tracking.denied_reads import DeniedReads

            self._denied = DeniedReads()
        self._denied.add(at, want, failure, is_untracked=want in self._groups.wants)

    def _denial_notices(self, at: float, changes: Sequence[Event]) -> Iterator[Event]:
        """Report denied reads together: after a short time, or before the next verdict."""
        if self._denied is None or self._denied.due_at is None:
            return
        has_end = self._is_finished or any(isinstance(event, TargetEnded) for event in changes)
        if has_end or at >= self._denied.due_at:
            yield from self._denied.report(at)

    def _log_events(self, at: float, want: Logs, item: Item) -> Iterator[Event]:
        if isinstance(item.payload, LogGap):
            yield Notice(at, None, f'{want.pod} {want.container}: {item.payload.message}')
        if not isinstance(item.payload, LogLines):
            return
        run = item.payload.run
        if run is None:  # recordings of older versions have no run number
            run = self._world.store.log_ends.get(want.stream, want.restarts - 1) + 1
        tracked = self._target_of(want)
        new_lines = self._log_limit.new_lines(want, item.payload.lines)
        lines = tracked.filter_lines(want, new_lines) if tracked else ()
        if tracked and lines:
            yield LogChunk(at, tracked.target, want.pod, want.container, lines, run)

    def _target_of(self, want: Logs) -> TrackedTarget | None:
        ended = (scheduled.target for scheduled in self._logs_only if want.stream in scheduled.keys)
        return self._open.first(want.stream) or next(ended, None)

    def _update_wants(self) -> frozenset[Want]:
        logs_only = self._logs_only if self._open else []
        log_sets = [scheduled.logs for scheduled in logs_only]
        want_sets = (self._open.wants, self._groups.wants, *log_sets)
        if want_sets != self._want_sets:
            self._want_sets = want_sets
            wanted = frozenset().union(*want_sets)
            logs = [want for logs in (self._open.logs, *log_sets) for want in logs]
            self._wants = self._log_limit.limit(wanted, logs, self._world.store.logs)
        if self._world.store.disconnected:
            # No recovery is reported for a want that is no longer read.
            self._world.store.disconnected &= self._wants | self._log_limit.streams
        return self._wants

    def _forget_gone(self, at: float, wants: frozenset[Want]) -> None:
        """Forget what is gone, from time to time: a followed run may take days."""
        if self._forgetting is None:
            # A rollout ends before it needs this.
            from kubectl_dog.tracking.schedule.forgetting import Forgetting

            self._forgetting = Forgetting()
        if at < self._forgetting.due_at:
            return
        self._log_limit.forget(self._forgetting.sweep(at, self._world.store, wants))
        self._kube_events.forget(self._world.store)
        for tracked in self._groups.departed:
            self._unmatched.keep(tracked.seen(self._world))
            self.targets.remove(tracked)
        self._groups.departed.clear()

    def _deadline(self, at: float) -> float | None:
        deadlines = [self._open.deadline, self._groups.deadline(at), self._unmatched.due_at]
        if not self._world.options.follow:
            # CI systems kill silent jobs. A followed target may be silent for any time.
            deadlines += [self._report_at, self._call_ends_at]
        if self._denied is not None:
            deadlines.append(self._denied.due_at)
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
        denied = self._denied.all if self._denied is not None else ()
        code = call_result.call_exit_code(call_targets)
        if self._is_hung_up and code == EXIT_CODES[Verdict.TERMINATED]:
            code = HUNG_UP
        return RunEnded(at, code, tuple(verdicts), denied_reads=denied)
