"""The engine's heart: one item or tick in; events, wants and the next deadline out."""

from __future__ import annotations

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
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.items import Trouble
from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.verdicts import exit_code
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.kubeevents import KubeEvents
from kubectl_dog.tracking.store import Store
from kubectl_dog.tracking.track import Track
from kubectl_dog.tracking.views import World

_STOPS = {'interrupt': Verdict.INTERRUPTED, 'terminate': Verdict.TERMINATED}


class Step(NamedTuple):
    """What one step asks of the outside; without a `deadline` only an item changes anything."""

    events: tuple[Event, ...]
    wants: frozenset[Want]
    deadline: float | None
    finished: bool


class Core:
    """No I/O and no clock: the same items at the same times give the same events."""

    def __init__(self, tracks: Sequence[Track], options: Options, started: float) -> None:
        self._tracks = tracks
        self._world = World(Store(), started, options)
        self._kube_events = KubeEvents(started)
        self._notices: set[str] = set()
        self._report_at = options.status_period
        self._closed: dict[tuple[str, str], int] = {}
        self._finished = False
        self._begun = False
        self._last = Step((), frozenset(), None, False)

    def step(self, at: float, item: Item | None) -> Step:
        """Take in an item, or, without one, that it is `at` (seconds since tracking began)."""
        if item is not None and isinstance(item.payload, LogLines):
            # Lines change no judgement, and there may be very many.
            return self._last._replace(events=tuple(self._take(at, item)))
        events = [*self._begin(at), *self._events(at, item)]
        open_tracks = [track for track in self._tracks if track.ended is None]
        if not open_tracks and not self._finished:
            self._finished = True
            events.append(self._summary(at))
        wants = self._wanted(at, open_tracks)
        deadline = self._deadline(at, open_tracks)
        self._last = Step(tuple(events), wants, deadline, self._finished)
        return self._last

    def _begin(self, at: float) -> Iterator[Event]:
        if not self._begun:
            self._begun = True
            options = self._world.options
            mode = 'follow' if options.follow else 'once' if options.once else 'rollout'
            yield RunBegan(at, mode, tuple(track.target for track in self._tracks))

    def _events(self, at: float, item: Item | None) -> Iterator[Event]:
        if item is not None:
            yield from self._take(at, item)
        for track in self._tracks:
            yield from self._kube_events.about(at, track, self._world.store)
            yield from track.step(at, self._world)
            yield from self._kube_events.about(at, track, self._world.store)
        if at >= self._report_at:
            self._report_at = at + self._world.options.status_period
            rows = [track.state for track in self._tracks if track.ended is None]
            told = tuple(row for row in rows if row is not None)
            if told:
                yield StatusReport(at, told)

    def _take(self, at: float, item: Item) -> Iterator[Event]:
        payload, want = item.payload, item.want
        if isinstance(payload, Signal):
            for track in self._tracks:
                if track.ended is None:
                    yield track.stop(at, _STOPS[payload.name])
        elif isinstance(payload, ServerClock):
            self._world = self._world._replace(started=self._world.started + payload.offset)
        elif isinstance(payload, Trouble):
            yield from self._trouble(at, want, payload)
        elif isinstance(want, Logs):
            yield from self._log(at, want, item)
        self._world.store.apply(item, self._world.started + at)

    def _trouble(self, at: float, want: Want | None, trouble: Trouble) -> Iterator[Event]:
        listed = isinstance(want, Watch) and want in self._world.store.listed
        final = trouble.reason in ('denied', 'unauthorized', 'invalid') or not listed
        for track in self._tracks:
            if final and want == track.root and track.ended is None:
                yield track.end(at, Verdict.NO_ACCESS, trouble.reason, trouble.message)
                return
        told = trouble.message
        if trouble.reason == 'denied' and not isinstance(want, Logs) and want is not None:
            told = f'{want.resource.plural} may not be read, and what they tell is missing: {told}'
        if told not in self._notices or trouble.reason == 'recovered':
            self._notices.add(told)
            yield Notice(at, None, told)

    def _log(self, at: float, want: Logs, item: Item) -> Iterator[Event]:
        if isinstance(item.payload, LogGap):
            yield Notice(at, None, f'{want.pod} {want.container}: {item.payload.message}')
        if not isinstance(item.payload, LogLines):
            return
        seen = self._closed.get(want.stream, -1)
        lines = tuple(line for line in item.payload.lines if line.time > seen)
        for track in self._tracks:
            if lines and want.uid in track.related:
                yield LogChunk(at, track.target, want.pod, want.container, lines)
                return

    def _wanted(self, at: float, open_tracks: Iterable[Track]) -> frozenset[Want]:
        wants = frozenset(w for track in open_tracks for w in track.wants(at, self._world))
        if wants != self._last.wants:
            streams = {want.stream for want in wants if isinstance(want, Logs)}
            for old in self._last.wants:
                if isinstance(old, Logs) and old.stream not in streams:
                    self._closed[old.stream] = _last(self._world.store.logs.get(old.stream, ()))
        return wants

    def _deadline(self, at: float, open_tracks: Sequence[Track]) -> float | None:
        if not open_tracks:
            return None
        found = [track.deadline(at, self._world) for track in open_tracks]
        return min(moment for moment in (*found, self._report_at) if moment is not None)

    def _summary(self, at: float) -> RunEnded:
        ended = [(t.target, t.ended.verdict) for t in self._tracks if t.ended is not None]
        return RunEnded(at, exit_code(tuple(verdict for _, verdict in ended)), tuple(ended))


def _last(lines: Sequence[LogLine]) -> int:
    return lines[-1].time if lines else -1
