"""Tolerances: when a cause that stands fails its target. Pure; times are the engine's seconds."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_dog.causes.catalogue import GAP
from kubectl_dog.causes.catalogue import HEALING
from kubectl_dog.causes.catalogue import starts_anew
from kubectl_dog.causes.catalogue import tolerance
from kubectl_dog.model.causes import Cause


class Standing(NamedTuple):
    """A cause over time: first sight, when it was last seen gone (None: it stands), last shape.

    `first` moves on while something holds the clock; `looked` is the time of the last look.
    """

    first: float
    gone: float | None
    cause: Cause
    looked: float = 0.0


class Limit(NamedTuple):
    """What is left to a cause: due at `at` (None: no time limit), or at the end number `ends`."""

    due: bool
    at: float | None
    ends: int | None


Ledger = Mapping[tuple[str, str], Standing]


def advance(
    ledger: Ledger, causes: Iterable[Cause], at: float, moved_at: float = 0.0
) -> dict[tuple[str, str], Standing]:
    """The ledger after one more look; a gap of up to GAP seconds does not stop a clock.

    `moved_at` is when the target last made progress.
    """
    after: dict[tuple[str, str], Standing] = {}
    for cause in causes:
        if cause.active or cause.terminations:
            known = ledger.get(cause.key)
            first = _first(known, cause, at, moved_at)
            after[cause.key] = Standing(first, None, _accompanied(known, cause), at)
    for key, known in ledger.items():
        gone = at if known.gone is None else known.gone
        if key not in after and at - gone <= GAP:
            after[key] = known._replace(first=_resumed(known, at), gone=gone, looked=at)
    return after


def _accompanied(known: Standing | None, cause: Cause) -> Cause:
    """What it waited for may be there since its last end: that is not to be the last."""
    had_company = known is not None and known.cause.may_await_other_target
    return cause._replace(may_await_other_target=cause.may_await_other_target or had_company)


def _first(known: Standing | None, cause: Cause, at: float, moved_at: float) -> float:
    """When the clock of a cause that stands started, as if it had never been held."""
    if known is None or (known.gone is not None and at - known.gone > GAP):
        return at
    first = _resumed(known, at)
    return max(first, moved_at) if starts_anew(cause) else first


def _resumed(known: Standing, at: float) -> float:
    """While the last look saw it held, the clock stood still: it started that much later."""
    return known.first + at - known.looked if known.cause.clock_paused else known.first


def limit(standing: Standing, at: float) -> Limit:
    """Whether the cause fails its target now, and what is left to it if not.

    While something is at work on it (`held`) no time limit is known.
    """
    cause, allowed = standing.cause, tolerance(standing.cause)
    times = []
    if allowed.seconds is not None and not cause.clock_paused:
        stretch = HEALING if cause.recovering and cause.tolerance_override is None else 1.0
        times.append(standing.first + allowed.seconds * stretch)
    if allowed.terminations is not None and cause.terminations >= allowed.terminations:
        times.append(standing.first + allowed.min_seconds)
    moment = min(times, default=None)
    stands = standing.gone is None and cause.active
    return Limit(stands and moment is not None and moment <= at, moment, allowed.terminations)
