"""Which of many tracks an item or a moment is about, and what all of them want read."""

from __future__ import annotations

import heapq
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.model.items import Item
from kubectl_dog.model.wants import Want
from kubectl_dog.tracking.schedule.scheduled_target import ScheduledTarget
from kubectl_dog.tracking.schedule.scheduled_target import keys_of
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget

# A look takes time for every object behind a target: with more than so many of them in all, a
# track rests before it is looked at again, so that looking costs little and keeps up with what
# comes. So many seconds per object, but not more than that, unless looking needs it.
_FEW = 200
_REST = 0.002
_LONG = 2.0
_NEEDED = 0.0005


def rest_seconds(behind: int) -> float:
    """For how many seconds a track is not looked at again, with so many objects behind all."""
    return min(behind * _REST, max(_LONG, behind * _NEEDED)) if behind > _FEW else 0.0


class Scheduler:
    """The tracks that are open, in their order; an item costs what the few cost it is about."""

    def __init__(self, tracks: Iterable[TrackedTarget] = ()) -> None:
        self._open: dict[TrackedTarget, ScheduledTarget] = {}
        self._found_by: dict[Hashable, dict[TrackedTarget, None]] = {}
        self._wants: frozenset[Want] | None = None
        self._behind = 0
        # When each is due; what was put again since is not true any more.
        self._due: list[tuple[float, int, TrackedTarget]] = []
        self._count = 0
        for track in tracks:
            self._put(ScheduledTarget(track))

    def __iter__(self) -> Iterator[ScheduledTarget]:
        return iter(tuple(self._open.values()))

    def __len__(self) -> int:
        return len(self._open)

    def first(self, key: Hashable) -> TrackedTarget | None:
        """The first of those that ask for it, by its key."""
        return next(iter(self._found_by.get(key, ())), None)

    def put(self, at: float, one: ScheduledTarget) -> None:
        """A track, looked at just now, with what it asks for from now on."""
        before = self._open.get(one.target, ScheduledTarget(one.target))
        self._behind += len(one.related_uids) - len(before.related_uids)
        self._put(one._replace(rests_until=at + rest_seconds(self._behind)))
        self._file(before, one)

    def _put(self, one: ScheduledTarget) -> None:
        before = self._open.get(one.target)
        self._open[one.target] = one
        # Many looks leave a deadline where it was: it is one moment, and one look.
        if one.deadline is not None and (before is None or before.deadline != one.deadline):
            self._count += 1
            heapq.heappush(self._due, (one.deadline, self._count, one.target))

    def drop(self, one: ScheduledTarget) -> None:
        """It has ended."""
        del self._open[one.target]
        self._behind -= len(one.related_uids)
        self._file(one, ScheduledTarget(one.target))

    def _file(self, before: ScheduledTarget, now: ScheduledTarget) -> None:
        if before.wants != now.wants:
            self._wants = None
        old, new = before.keys | before.related_uids, now.keys | now.related_uids
        for key in old - new:
            self._found_by[key].pop(now.target)
            if not self._found_by[key]:
                del self._found_by[key]
        for key in new - old:
            self._found_by.setdefault(key, {})[now.target] = None

    def due(self, at: float, item: Item | None) -> Iterator[ScheduledTarget]:
        """Those to be looked at now; one that has to rest is looked at as soon as it has."""
        for one in self._about(at, item):
            if at < one.rests_until:
                self._put(one.postponed())
            else:
                yield one

    def _about(self, at: float, item: Item | None) -> list[ScheduledTarget]:
        if item is None:
            return list(self._overdue(at))
        keys = keys_of(item)
        if keys is None:
            return list(self)
        tracks = dict.fromkeys(track for key in keys for track in self._found_by.get(key, ()))
        if len(tracks) < 2:
            return [self._open[track] for track in tracks]
        return [one for track, one in self._open.items() if track in tracks]

    @property
    def wants(self) -> frozenset[Want]:
        """What all of them ask for; the same object as long as nothing has changed."""
        if self._wants is None:
            self._wants = frozenset().union(*(one.wants for one in self._open.values()))
        return self._wants

    def _overdue(self, at: float) -> Iterator[ScheduledTarget]:
        while self.deadline is not None and self.deadline <= at:
            track = heapq.heappop(self._due)[2]
            one = self._open[track]
            self._open[track] = one._replace(deadline=None)
            yield one

    @property
    def deadline(self) -> float | None:
        """When the next of them is to be looked at though nothing comes."""
        while self._due:
            moment, _, track = self._due[0]
            one = self._open.get(track)
            if one is not None and one.deadline == moment:
                return moment
            heapq.heappop(self._due)
        return None
