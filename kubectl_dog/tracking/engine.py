"""The engine's heart: one item or tick in; events, wants and the next deadline out."""

from __future__ import annotations

from collections.abc import Callable
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
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.schedule.event_dedup import EventDedup
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.schedule.scheduled_target import ScheduledTarget
from kubectl_dog.tracking.schedule.scheduled_target import schedule
from kubectl_dog.tracking.schedule.scheduler import Scheduler
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
    """What one step asks of the outside; without a `deadline` only an item changes anything."""

    events: tuple[Event, ...]
    wants: frozenset[Want]
    deadline: float | None
    finished: bool


class Engine:
    """No I/O and no clock: the same items at the same times give the same events."""

    def __init__(
        self,
        tracks: Sequence[TrackedTarget],
        options: Options,
        started: float,
        members: Groups | None = None,
        remarks: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self.targets = list(tracks)
        self._members = members or Groups()
        self._remarks = remarks
        self._has_several = len(tracks) > 1 or self._members.open
        self._world = World(Store(), started, options, others_may_recover=self._has_several)
        self._kube_events = EventDedup()
        self._notices: set[str] = set()
        self._outages: dict[str, set[str]] = {}
        self._report_at = options.status_period
        self._closed: dict[tuple[str, str], int] = {}
        self._open = Scheduler(tracks)
        # What has ended, but for its logs.
        self._lasting: list[ScheduledTarget] = []
        self._parts: tuple[frozenset[Want], ...] = ()
        self._wants: frozenset[Want] = frozenset()
        self._streams: set[tuple[str, str]] = set()
        self._last = Step((), frozenset(), None, False)
        self._begun = False
        self._ends_at: float | None = None
        self._hoping = False

    def step(self, at: float, item: Item | None) -> Step:
        """Take in an item, or, without one, that it is `at` (seconds since tracking began)."""
        if item is not None and isinstance(item.payload, (LogLines, LogGap)):
            # Neither changes a judgement, and there may be very many.
            return self._last._replace(events=tuple(self._take(at, item)))
        begun, found = [*self._begin(at)], [*self._events(at, item)]
        # First of all, who judges: what is said below is said by them.
        told = [Notice(at, None, text) for text in self._remarks()]
        events = [*begun, *told, *found]
        if self._is_finished and not self._last.finished:
            events.append(self._summary(at))
        self._last = Step(tuple(events), self._wanted(), self._deadline(at), self._is_finished)
        return self._last

    @property
    def _is_finished(self) -> bool:
        return not self._open and not self._members.open

    def _begin(self, at: float) -> Iterator[Event]:
        if not self._begun:
            self._begun = True
            options = self._world.options
            mode = 'follow' if options.follow else 'once' if options.once else 'rollout'
            yield RunBegan(at, mode, tuple(track.target for track in self.targets))

    def _events(self, at: float, item: Item | None) -> Iterator[Event]:
        if item is not None:
            yield from self._take(at, item)
        if self._members.is_affected_by(item):
            yield from self._join(at)
        told = self._hoping or (self._ends_at is not None and at >= self._ends_at)
        for one in self._open.due(at, item):
            yield from self._look(at, one.target)
            if one.target.ended is None:
                self._open.put(at, schedule(at, one.target, self._world))
            told = told or one.target.may_recover or one.target.ended is not None
        if told and self._has_several:
            yield from self._together(at)
        # Nothing else ends a track, and there may be hundreds to go through.
        if told or (item is not None and isinstance(item.payload, (Signal, ReadFailure))):
            self._close()
        if at >= self._report_at and not self._world.options.follow:
            self._report_at = at + self._world.options.status_period
            rows = tuple(one.target.state for one in self._open if one.target.state is not None)
            if rows:
                yield StatusReport(at, rows)

    def _close(self) -> None:
        """Leave what has ended alone, but for the logs that last."""
        for one in self._open:
            if one.target.ended is not None:
                self._open.drop(one)
                self._lasting += [one._replace(wants=one.logs)] if one.target.keeps_logs else []

    def _join(self, at: float) -> Iterator[Event]:
        joined, events = self._members.step(at, self._world)
        self.targets += joined
        for track in joined:
            self._open.put(at, schedule(at, track, self._world))
        yield from events

    def _together(self, at: float) -> Iterator[Event]:
        """What the ends of some targets mean for the others."""
        members = [track.call_target(self._world) for track in self.targets]
        # Members that are still to come may change the result as well.
        others_may_recover = self._members.open or call_result.others_may_recover(members)
        self._world = self._world._replace(others_may_recover=others_may_recover)
        hoping = [one.target for one in self._open if one.target.may_recover]
        self._hoping = bool(hoping)
        for track in () if self._world.others_may_recover else hoping:
            yield from self._look(at, track)
            self._open.put(at, schedule(at, track, self._world))
        self._ends_at = call_result.call_ends_at(members)
        if self._ends_at is None or at < self._ends_at or self._world.options.follow:
            return
        for track in self.targets:
            if track.ended is None:
                yield track.stop(at, Verdict.PROGRESSING, 'is not waited for any longer')
        self._ends_at = None

    def _look(self, at: float, track: TrackedTarget) -> Iterator[Event]:
        # Before, so that causes stand under the kube events that tell of them; after, for pods
        # that are new.
        yield from self._kube_events.new_events(at, track, self._world)
        yield from track.step(at, self._world)
        yield from self._kube_events.new_events(at, track, self._world)
        at_work = self._world.progressing
        if track.is_progressing != (track.target in at_work):
            self._world = self._world._replace(progressing=at_work ^ {track.target})

    def _take(self, at: float, item: Item) -> Iterator[Event]:
        payload, want = item.payload, item.want
        if isinstance(payload, Signal):
            for track in self.targets:
                if track.ended is None:
                    yield track.stop(at, _STOPS[payload.name])
            yield from self._members.end(at, _STOPS[payload.name], 'nothing was seen of it yet')
        elif isinstance(payload, ServerClock):
            self._world = self._world._replace(started=self._world.started + payload.offset)
        elif isinstance(payload, ReadFailure):
            yield from self._trouble(at, want, payload)
        elif isinstance(want, Logs):
            yield from self._log(at, want, item)
        self._world.store.apply(item, self._world.started)

    def _trouble(self, at: float, want: Want | None, trouble: ReadFailure) -> Iterator[Event]:
        listed = isinstance(want, Watch) and want in self._world.store.listed
        final = trouble.reason in FINAL or (not listed and trouble.reason != 'recovered')
        if final and any(want == one.target.root for one in self._open):
            for one in self._open:
                if want == one.target.root:
                    yield one.target.end(at, Verdict.NO_ACCESS, trouble.reason, trouble.message)
            return
        told = trouble.message
        if trouble.reason == 'denied' and not isinstance(want, Logs) and want is not None:
            told = f'{want.resource.plural} may not be read, and what they tell is missing: {told}'
        ended = self._members.on_read_failure(at, want, trouble, self._world)
        if ended:
            yield from ended
            return
        if told not in self._notices:
            self._notices.add(told)
            yield Notice(at, None, told)
        if trouble.reason in ('unreachable', 'recovered'):
            # Each outage is told once, and once when it is over.
            other = {'unreachable': 'recovered', 'recovered': 'unreachable'}[trouble.reason]
            self._notices -= self._outages.pop(other, set())
            self._outages.setdefault(trouble.reason, set()).add(told)

    def _log(self, at: float, want: Logs, item: Item) -> Iterator[Event]:
        if isinstance(item.payload, LogGap):
            yield Notice(at, None, f'{want.pod} {want.container}: {item.payload.message}')
        if not isinstance(item.payload, LogLines):
            return
        lines, seen = item.payload.lines, self._closed.get(want.stream)
        if seen is not None:
            lines = tuple(line for line in lines if line.time > seen)
        run = item.payload.run
        if run is None:  # recordings of older versions do not tell
            run = self._world.store.log_ends.get(want.stream, want.restarts - 1) + 1
        lasting = (one for one in self._lasting if want.stream in one.keys)
        track = self._open.first(want.stream) or next((one.target for one in lasting), None)
        lines = track.filter_lines(want, lines) if track else ()
        if track and lines:
            yield LogChunk(at, track.target, want.pod, want.container, lines, run)

    def _wanted(self) -> frozenset[Want]:
        lasting = self._lasting if self._open else []
        parts = (self._open.wants, self._members.wants, *(one.wants for one in lasting))
        if parts != self._parts:
            self._parts = parts
            wants = self._within_limits(parts)
            streams = {want.stream for want in wants if isinstance(want, Logs)}
            for old in self._wants - wants:
                if isinstance(old, Logs) and old.stream not in streams:
                    self._closed[old.stream] = _last(self._world.store.logs.get(old.stream, ()))
            self._wants, self._streams = wants, streams
        if self._world.store.disconnected:
            # What is not wanted any more will never be said to have recovered.
            self._world.store.disconnected &= self._wants | self._streams
        return self._wants

    def _within_limits(self, wanted: Iterable[frozenset[Want]]) -> frozenset[Want]:
        wants, most = frozenset().union(*wanted), self._world.options.max_log_streams
        logs = [want for want in wants if isinstance(want, Logs)]
        if len(logs) <= most:
            return wants
        before = {want.stream for want in self._wants if isinstance(want, Logs)}
        logs.sort(key=lambda want: (want.stream not in before, want.namespace, want.pod))
        return wants.difference(logs[most:])

    def _deadline(self, at: float) -> float | None:
        moments = (self._open.deadline, self._members.deadline(at))
        found = [moment for moment in moments if moment is not None]
        if not self._world.options.follow:
            # CI kills jobs that are silent; who follows may wait for ever.
            found.append(self._report_at)
            found += [] if self._ends_at is None else [self._ends_at]
        return None if self._is_finished else min(found, default=None)

    def _summary(self, at: float) -> RunEnded:
        ended = [(t.target, t.ended.verdict) for t in self.targets if t.ended is not None]
        groups = [(one.target, one.verdict) for one in self._members.ended]
        members = [track.call_target(self._world) for track in self.targets]
        members += [
            CallTarget(self._world.options, one.verdict, one.at) for one in self._members.ended
        ]
        return RunEnded(
            at, call_result.call_exit_code(members), (*ended, *(() if ended else groups))
        )


def _last(lines: Sequence[LogLine]) -> int:
    return lines[-1].time if lines else -1
