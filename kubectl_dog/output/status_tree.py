"""Arrange statuses for a table: the worst first, and children under their owners."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.assessments import State
from kubectl_dog.model.statuses import Status

BROKEN = (State.FAILING, State.FAILED)
# Equal siblings that are shown if one row stands for the others.
_SHOWN_ALIKE = 3


class Row(NamedTuple):
    """A row of the table.

    - `depth`: the number of owners above it.
    - `repeats`: the row of its owner has the same message.
    - `more`: number of objects like the one before that this row stands for; 0 for one object.
    """

    status: Status
    depth: int = 0
    repeats: bool = False
    more: int = 0


def message(status: Status) -> str:
    """Return the reason and the message of the first cause, or else of the status.

    The codes of other causes that can fail a rollout follow.
    """
    text = status.message
    if status.causes and status.state in (State.PROGRESSING, *BROKEN):
        # The cause is more specific than the status.
        cause = status.causes[0]
        text = cause.message or status.message
        if status.reason != cause.code:
            text = f'{cause.code}: {text}'
        others = dict.fromkeys(
            other.code
            for other in status.causes[1:]
            if other.active and not tolerance_of(other).is_informational
        )
        others.pop(cause.code, None)
        if others:
            text += f'; also {", ".join(others)}'
    if status.state is State.READY and text:
        # The column READY has the counts.
        return '' if text == f'{status.ready}/{status.desired} ready' else text
    return f'{status.reason}: {text}' if status.reason and text else status.reason or text


def arrange(statuses: Sequence[Status], folds: bool) -> list[Row]:
    """Return the rows of a table: the worst first, otherwise in the given order.

    An object whose owner is among the statuses has a row below it if it explains something, and
    otherwise none: its owner counts it. `folds`: one row stands for many equal siblings.
    """
    return list(_Tree(statuses).rows(folds))


def fold_ready(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with one row for all ready objects without children in the table."""
    ready = [
        row
        for row, following in zip(rows, [*rows[1:], None])
        if row.status.state is State.READY and not row.depth and not (following and following.depth)
    ]
    if len(ready) < 2:
        return list(rows)
    folded = set(map(id, ready))
    others = [row for row in rows if id(row) not in folded]
    return [*others, Row(ready[0].status, more=len(ready))]


class _Tree:
    """Statuses by owner. Nothing is recursive: files may have owners in long chains or circles."""

    def __init__(self, statuses: Sequence[Status]) -> None:
        self._statuses = statuses
        self._kids: dict[int, list[int]] = {}
        self._roots: list[int] = []
        order = self._find_roots()
        parents = {kid: parent for parent, kids in self._kids.items() for kid in kids}
        self._explaining: set[int] = set()
        # Of each object with its shown descendants, the worst rank; None if there is none to show.
        self._rank: dict[int, int | None] = {}
        for at in reversed(order):
            ranks = [self._rank[kid] for kid in self._kids[at]]
            if at not in parents or _explains(statuses[at], statuses[parents[at]]):
                self._explaining.add(at)
                ranks.append(_rank(statuses[at]))
            self._rank[at] = min((rank for rank in ranks if rank is not None), default=None)

    def _find_roots(self) -> list[int]:
        """Find the roots; return all objects, each after its owner."""
        by_uid: dict[str, int] = {}
        for at, status in enumerate(self._statuses):
            if status.uid:
                by_uid.setdefault(status.uid, at)
        kids: dict[int, list[int]] = {}
        for at, status in enumerate(self._statuses):
            parent = by_uid.get(status.parent, at)
            kids.setdefault(at if parent == at else parent, []).append(at)
        order: list[int] = []
        reached: set[int] = set()
        in_circles = range(len(self._statuses))
        for start in (*(at for at in in_circles if at in kids.get(at, ())), *in_circles):
            if start in reached:
                continue
            self._roots.append(start)
            reached.add(start)
            pending = [start]
            while pending:
                at = pending.pop()
                order.append(at)
                self._kids[at] = [kid for kid in kids.get(at, ()) if kid not in reached]
                reached.update(self._kids[at])
                pending += self._kids[at]
        self._roots.sort()
        return order

    def rows(self, folds: bool) -> Iterator[Row]:
        """Yield the rows, depth first."""
        pending = [(at, 0, '', 0) for at in reversed(self._sorted(self._roots))]
        while pending:
            at, depth, above, more = pending.pop()
            status = self._statuses[at]
            if more:
                yield Row(status, depth, True, more)
                continue
            kids = self._sorted(self._kids[at])
            text = message(status)
            # An object between owner and pods that adds nothing has no row.
            is_shown = at in self._explaining and not (depth and kids and text == above)
            if is_shown:
                yield Row(status, depth, bool(depth and text == above))
                depth, above = depth + 1, text
            pending += reversed(list(self._fold(kids, depth, above, folds)))

    def _sorted(self, members: Sequence[int]) -> list[int]:
        """Return the members with a row, or with a descendant that has one, the worst first."""
        ranked = [(rank, at) for at in members for rank in [self._rank[at]] if rank is not None]
        return [at for _, at in sorted(ranked)]

    def _fold(
        self, kids: Sequence[int], depth: int, above: str, folds: bool
    ) -> Iterator[tuple[int, int, str, int]]:
        alike: dict[tuple[str, str, str], list[int]] = {}
        for at in kids:
            status = self._statuses[at]
            key = (status.kind, status.state.value, message(status)) if folds else ('', '', str(at))
            alike.setdefault(key, []).append(at)
        for members in alike.values():
            # One row for a single object saves nothing.
            shown = _SHOWN_ALIKE if len(members) > _SHOWN_ALIKE + 1 else len(members)
            yield from ((at, depth, above, 0) for at in members[:shown])
            if members[shown:]:
                yield members[shown], depth, above, len(members) - shown


def _explains(status: Status, owner: Status) -> bool:
    """Return whether a child says more than its owner: it is not ready, and not of the past."""
    if status.state is State.FAILED and owner.state is State.READY:
        # A pod that was evicted, or a Job of an earlier run.
        return False
    return status.state is not State.READY


def _rank(status: Status) -> int:
    if status.state in BROKEN:
        return 0
    return 2 if status.state is State.READY else 1
