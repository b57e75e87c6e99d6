"""Apply tolerances: when an active cause fails its target. Times are the engine's seconds."""

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
    """A cause over time.

    `first_seen` moves on while the clock is paused; `gone_since` is None while the cause is
    active; `cause` is its last form, and `updated_at` the time of the last evaluation.
    """

    first_seen: float
    gone_since: float | None
    cause: Cause
    updated_at: float = 0.0


class Remaining(NamedTuple):
    """What is left of the tolerance of a cause.

    `at` is when the cause fails its target (None: there is no time limit), `terminations` the
    number of terminations at which it does.
    """

    due: bool
    at: float | None
    terminations: int | None


CauseClocks = Mapping[tuple[str, str], CauseClock]


def advance_clocks(
    clocks: CauseClocks, causes: Iterable[Cause], at: float, progressed_at: float = 0.0
) -> dict[tuple[str, str], CauseClock]:
    """The clocks after one more evaluation; a gap of up to GAP_SECONDS does not stop a clock.

    `progressed_at` is when the target last made progress.
    """
    after: dict[tuple[str, str], CauseClock] = {}
    for cause in causes:
        if cause.active or cause.terminations:
            clock = clocks.get(cause.key)
            first_seen = _first_seen(clock, cause, at, progressed_at)
            after[cause.key] = CauseClock(first_seen, None, _keep_awaiting(clock, cause), at)
    for key, clock in clocks.items():
        gone_since = at if clock.gone_since is None else clock.gone_since
        if key not in after and at - gone_since <= GAP_SECONDS:
            after[key] = clock._replace(
                first_seen=_shifted_start(clock, at), gone_since=gone_since, updated_at=at
            )
    return after


def _keep_awaiting(clock: CauseClock | None, cause: Cause) -> Cause:
    """The cause, which goes on to await the other target even if that is ready by now.

    The last termination may have been before that target was ready, so it must not be decisive.
    """
    awaited = clock is not None and clock.cause.may_await_other_target
    return cause._replace(may_await_other_target=cause.may_await_other_target or awaited)


def _first_seen(clock: CauseClock | None, cause: Cause, at: float, progressed_at: float) -> float:
    """When the clock of an active cause started, without the time for which it was paused."""
    if clock is None or (clock.gone_since is not None and at - clock.gone_since > GAP_SECONDS):
        return at
    start = _shifted_start(clock, at)
    return max(start, progressed_at) if clock_restarts_on_progress(cause) else start


def _shifted_start(clock: CauseClock, at: float) -> float:
    """The start of a clock, moved on by the time since the last evaluation if it was paused."""
    paused_for = at - clock.updated_at if clock.cause.clock_paused else 0.0
    return clock.first_seen + paused_for


def remaining(clock: CauseClock, at: float) -> Remaining:
    """Whether the cause fails its target now, and otherwise what is left of its tolerance.

    There is no time limit while its clock is paused.
    """
    cause, tolerance = clock.cause, tolerance_of(clock.cause)
    times = []
    if tolerance.seconds is not None and not cause.clock_paused:
        is_extended = cause.recovering and cause.tolerance_override is None
        factor = RECOVERING_FACTOR if is_extended else 1.0
        times.append(clock.first_seen + tolerance.seconds * factor)
    if tolerance.terminations is not None and cause.terminations >= tolerance.terminations:
        times.append(clock.first_seen + tolerance.min_seconds)
    due_at = min(times, default=None)
    is_active = clock.gone_since is None and cause.active
    is_due = is_active and due_at is not None and due_at <= at
    return Remaining(is_due, due_at, tolerance.terminations)
