"""Schedule evaluations: find the targets affected by an item or by the time, and their wants."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.world import World

# An evaluation takes time for every object behind a target. With more than _FEW_OBJECTS of them in
# all, a target rests between two evaluations, so that these cost little and keep up with the items:
# _REST seconds per object, but at most _LONGEST_REST, unless evaluations need _SHORTEST_REST.
_FEW_OBJECTS = 200
_REST = 0.002
_LONGEST_REST = 2.0
_SHORTEST_REST = 0.0005
# The numbers of deadlines, in all and for each target, beyond which void ones are removed.
_MOST_DEADLINES = 1000
_MOST_PER_TARGET = 20


def rest_seconds(objects: int) -> float:
    """Return the seconds between evaluations of a target; `objects` belong to all targets."""
    longest = max(_LONGEST_REST, objects * _SHORTEST_REST)
    return min(objects * _REST, longest) if objects > _FEW_OBJECTS else 0.0


class ScheduledTarget(NamedTuple):
    """A target with its wants and its next deadline; it is not evaluated before `rests_until`.

    `keys` are the index keys of its wants, `related_uids` the uids of the objects behind it, whose
    Kubernetes events concern it.
    """

    target: TrackedTarget
    wants: frozenset[Want] = frozenset()
    keys: frozenset[Hashable] = frozenset()
    related_uids: frozenset[Hashable] = frozenset()
    deadline: float | None = 0.0
    rests_until: float = 0.0

    @property
    def logs(self) -> frozenset[Logs]:
        """The log requests of the target."""
        return frozenset(want for want in self.wants if isinstance(want, Logs))


def schedule(at: float, target: TrackedTarget, world: World) -> ScheduledTarget:
    """Return the target with its present wants and its next deadline."""
    wants = frozenset(target.wants(at, world))
    keys, related_uids = frozenset(map(_key, wants)), frozenset(target.related)
    return ScheduledTarget(target, wants, keys, related_uids, target.deadline(at, world))


def keys_of(item: Item) -> tuple[Hashable, ...] | None:
    """Return the index keys of the targets that an item affects; None: it affects all of them."""
    want = item.want
    if want is None:
        return None
    if isinstance(want, Watch) and want.resource == EVENTS:
        if isinstance(item.payload, Changed):
            kind = get_str(item.payload.object, 'involvedObject', 'kind')
            uid = get_str(item.payload.object, 'involvedObject', 'uid')
            # A package may select Kubernetes events by any field, so they may be about anything.
            selected_by = (_key(want),) if want.fields else ()
            return None if kind == 'PersistentVolumeClaim' else (uid, *selected_by)
        if not want.fields:
            return None
    return (_key(want),)


def _key(want: Want) -> Hashable:
    """Return the index key of a want; the Logs of one stream differ while it continues."""
    return want.stream if isinstance(want, Logs) else want


class Scheduler:
    """The open targets in order; the cost of an item depends only on the targets it affects."""

    def __init__(self, targets: Iterable[TrackedTarget] = ()) -> None:
        self._open: dict[TrackedTarget, ScheduledTarget] = {}
        self._by_key: dict[Hashable, dict[TrackedTarget, None]] = {}
        # For each want the number of targets that have it, and the logs among the wants.
        self._want_counts: dict[Want, int] = {}
        self._wants: frozenset[Want] | None = None
        self._logs: dict[Logs, None] = {}
        self._objects = 0
        # A heap of deadlines; an entry is void once its target has another deadline.
        self._deadlines: list[tuple[float, int, TrackedTarget]] = []
        self._count = 0
        for target in targets:
            self._put(ScheduledTarget(target))

    def __iter__(self) -> Iterator[ScheduledTarget]:
        return iter(tuple(self._open.values()))

    def __len__(self) -> int:
        return len(self._open)

    def first(self, key: Hashable) -> TrackedTarget | None:
        """Return the first target with this index key."""
        return next(iter(self._by_key.get(key, ())), None)

    def put(self, at: float, scheduled: ScheduledTarget) -> None:
        """Schedule a target that has just been evaluated."""
        before = self._open.get(scheduled.target, ScheduledTarget(scheduled.target))
        self._objects += len(scheduled.related_uids) - len(before.related_uids)
        self._put(scheduled._replace(rests_until=at + rest_seconds(self._objects)))
        self._update_index(before, scheduled)

    def _put(self, scheduled: ScheduledTarget) -> None:
        target, deadline = scheduled.target, scheduled.deadline
        before = self._open.get(target)
        self._open[target] = scheduled
        # Many evaluations leave the deadline as it was: it is still one entry, and one evaluation.
        if deadline is not None and (before is None or before.deadline != deadline):
            self._count += 1
            heapq.heappush(self._deadlines, (deadline, self._count, target))
            if len(self._deadlines) > _MOST_DEADLINES + _MOST_PER_TARGET * len(self._open):
                self._drop_void_deadlines()

    def _drop_void_deadlines(self) -> None:
        """Rebuild the heap: void entries far in the future would pile up in a long run."""
        valid: dict[TrackedTarget, tuple[float, int, TrackedTarget]] = {}
        for entry in sorted(self._deadlines):
            scheduled = self._open.get(entry[2])
            if scheduled is not None and scheduled.deadline == entry[0]:
                valid.setdefault(entry[2], entry)
        # A sorted list is a heap.
        self._deadlines = sorted(valid.values())

    def drop(self, scheduled: ScheduledTarget) -> None:
        """Remove a target that has ended."""
        del self._open[scheduled.target]
        self._objects -= len(scheduled.related_uids)
        self._update_index(scheduled, ScheduledTarget(scheduled.target))

    def _update_index(self, before: ScheduledTarget, now: ScheduledTarget) -> None:
        if before.wants != now.wants:
            self._count_wants(before.wants, now.wants)
        if before.keys == now.keys and before.related_uids == now.related_uids:
            return
        old, new = before.keys | before.related_uids, now.keys | now.related_uids
        for key in old - new:
            self._by_key[key].pop(now.target)
            if not self._by_key[key]:
                del self._by_key[key]
        for key in new - old:
            self._by_key.setdefault(key, {})[now.target] = None

    def _count_wants(self, before: frozenset[Want], now: frozenset[Want]) -> None:
        self._wants = None
        for want in before - now:
            self._want_counts[want] -= 1
            if not self._want_counts[want]:
                del self._want_counts[want]
                if isinstance(want, Logs):
                    del self._logs[want]
        for want in now - before:
            self._want_counts[want] = self._want_counts.get(want, 0) + 1
            if isinstance(want, Logs):
                self._logs[want] = None

    def rest(self, at: float, item: Item) -> bool:
        """Return whether all targets that an item affects rest; they are evaluated after it."""
        keys = keys_of(item)
        if keys is None:
            return False
        affected = [self._open[target] for key in keys for target in self._by_key.get(key, ())]
        if any(at >= scheduled.rests_until for scheduled in affected):
            return False
        for scheduled in affected:
            if scheduled.deadline != scheduled.rests_until:
                self._put(scheduled._replace(deadline=scheduled.rests_until))
        return True

    def due(self, at: float, item: Item | None) -> Iterator[ScheduledTarget]:
        """Yield the targets to evaluate now; a resting target is evaluated when its rest ends."""
        for scheduled in self._concerned(at, item):
            if at < scheduled.rests_until:
                self._put(scheduled._replace(deadline=scheduled.rests_until))
            else:
                yield scheduled

    def _concerned(self, at: float, item: Item | None) -> list[ScheduledTarget]:
        if item is None:
            return list(self._overdue(at))
        keys = keys_of(item)
        if keys is None:
            return list(self)
        targets = dict.fromkeys(target for key in keys for target in self._by_key.get(key, ()))
        if len(targets) < 2:
            return [self._open[target] for target in targets]
        return [scheduled for target, scheduled in self._open.items() if target in targets]

    @property
    def wants(self) -> frozenset[Want]:
        """The wants of all targets; the same object as long as nothing has changed."""
        if self._wants is None:
            self._wants = frozenset(self._want_counts)
        return self._wants

    @property
    def logs(self) -> Collection[Logs]:
        """The logs among `wants`."""
        return self._logs.keys()

    def _overdue(self, at: float) -> Iterator[ScheduledTarget]:
        while self.deadline is not None and self.deadline <= at:
            target = heapq.heappop(self._deadlines)[2]
            scheduled = self._open[target]
            self._open[target] = scheduled._replace(deadline=None)
            yield scheduled

    @property
    def deadline(self) -> float | None:
        """The time of the next evaluation without an item."""
        while self._deadlines:
            deadline, _, target = self._deadlines[0]
            scheduled = self._open.get(target)
            if scheduled is not None and scheduled.deadline == deadline:
                return deadline
            heapq.heappop(self._deadlines)
        return None
