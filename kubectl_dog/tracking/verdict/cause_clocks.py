"""Tolerances: when a cause that stands fails its target. Pure; times are the engine's seconds."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_dog.causes.catalogue import GAP_SECONDS
from kubectl_dog.causes.catalogue import RECOVERING_FACTOR
from kubectl_dog.causes.catalogue import clock_restarts_on_progress
from kubectl_dog.causes.catalogue import tolerance_of
from kubectl_dog.model.causes import Cause


class CauseClock(NamedTuple):
    """A cause over time: first sight, when it was last seen gone (None: it stands), last shape.

    `first` moves on while something holds the clock; `looked` is the time of the last look.
    """

    first_seen: float
    gone_since: float | None
    cause: Cause
    counted_terminations: float = 0.0


class Remaining(NamedTuple):
    """What is left to a cause: due at `at` (None: no time limit), or at the end number `ends`."""

    due: bool
    at: float | None
    terminations: int | None


CauseClocks = Mapping[tuple[str, str], CauseClock]


def advance_clocks(
    ledger: CauseClocks, causes: Iterable[Cause], at: float, moved_at: float = 0.0
) -> dict[tuple[str, str], CauseClock]:
    """The ledger after one more look; a gap of up to GAP seconds does not stop a clock.

    `moved_at` is when the target last made progress.
    """
    after: dict[tuple[str, str], CauseClock] = {}
    for cause in causes:
        if cause.active or cause.terminations:
            known = ledger.get(cause.key)
            first = _first(known, cause, at, moved_at)
            after[cause.key] = CauseClock(first, None, _accompanied(known, cause), at)
    for key, known in ledger.items():
        gone = at if known.gone_since is None else known.gone_since
        if key not in after and at - gone <= GAP_SECONDS:
            after[key] = known._replace(
                first_seen=_resumed(known, at), gone_since=gone, counted_terminations=at
            )
    return after


def _accompanied(known: CauseClock | None, cause: Cause) -> Cause:
    """What it waited for may be there since its last end: that is not to be the last."""
    had_company = known is not None and known.cause.may_await_other_target
    return cause._replace(may_await_other_target=cause.may_await_other_target or had_company)


def _first(known: CauseClock | None, cause: Cause, at: float, moved_at: float) -> float:
    """When the clock of a cause that stands started, as if it had never been held."""
    if known is None or (known.gone_since is not None and at - known.gone_since > GAP_SECONDS):
        return at
    first = _resumed(known, at)
    return max(first, moved_at) if clock_restarts_on_progress(cause) else first


def _resumed(known: CauseClock, at: float) -> float:
    """While the last look saw it held, the clock stood still: it started that much later."""
    return (
        known.first_seen + at - known.counted_terminations
        if known.cause.clock_paused
        else known.first_seen
    )


def remaining(standing: CauseClock, at: float) -> Remaining:
    """Whether the cause fails its target now, and what is left to it if not.

    While something is at work on it (`held`) no time limit is known.
    """
    cause, allowed = standing.cause, tolerance_of(standing.cause)
    times = []
    if allowed.seconds is not None and not cause.clock_paused:
        stretch = (
            RECOVERING_FACTOR if cause.recovering and cause.tolerance_override is None else 1.0
        )
        times.append(standing.first_seen + allowed.seconds * stretch)
    if allowed.terminations is not None and cause.terminations >= allowed.terminations:
        times.append(standing.first_seen + allowed.min_seconds)
    moment = min(times, default=None)
    stands = standing.gone_since is None and cause.active
    return Remaining(stands and moment is not None and moment <= at, moment, allowed.terminations)
