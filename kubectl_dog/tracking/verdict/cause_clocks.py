"""Apply tolerances: when an active cause fails its target. Times are the engine's seconds."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping

from kubectl_dog.causes.catalogue import GAP_SECONDS
from kubectl_dog.causes.catalogue import clock_restarts_on_progress
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.named_tuple import NamedTuple


class CauseClock(NamedTuple):
    """The time for which a cause has been active.

    `first_seen` moves on while the clock is paused; `gone_since` is None while the cause is
    active; `cause` is its last state, and `updated_at` the time of the last evaluation.
    `decisive` is the first termination that counts after the wait for another target: those before
    may have happened because that target was not ready.
    """

    first_seen: float
    gone_since: float | None
    cause: Cause
    updated_at: float = 0.0
    decisive: int | None = None


class Remaining(NamedTuple):
    """The rest of the tolerance of a cause.

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
    """Return the clocks after one more evaluation; gaps up to GAP_SECONDS do not stop a clock.

    `progressed_at` is when the target last made progress.
    """
    after: dict[tuple[str, str], CauseClock] = {}
    for cause in causes:
        if cause.active or cause.terminations:
            clock = clocks.get(cause.key)
            first_seen = _first_seen(clock, cause, at, progressed_at)
            after[cause.key] = CauseClock(first_seen, None, cause, at, _decisive(clock, cause))
    for key, clock in clocks.items():
        gone_since = at if clock.gone_since is None else clock.gone_since
        if key not in after and at - gone_since <= GAP_SECONDS:
            after[key] = clock._replace(
                first_seen=_shifted_start(clock, at), gone_since=gone_since, updated_at=at
            )
    return after


def _decisive(clock: CauseClock | None, cause: Cause) -> int | None:
    """The number of the first termination of an instance that started after the wait ended."""
    if clock is None or cause.may_await_other_target:
        return None
    if not clock.cause.may_await_other_target:
        return clock.decisive
    # An instance that runs now has started before.
    return clock.cause.terminations + (1 if clock.cause.active else 2)


def _first_seen(clock: CauseClock | None, cause: Cause, at: float, progressed_at: float) -> float:
    """Return when the clock of an active cause started, without the time it was paused."""
    if clock is None or (clock.gone_since is not None and at - clock.gone_since > GAP_SECONDS):
        return at
    start = _shifted_start(clock, at)
    return max(start, progressed_at) if clock_restarts_on_progress(cause) else start


def _shifted_start(clock: CauseClock, at: float) -> float:
    """Return the start of a clock, shifted by the time since the last evaluation if paused."""
    paused_for = at - clock.updated_at if clock.cause.clock_paused else 0.0
    return clock.first_seen + paused_for


def remaining(clock: CauseClock, at: float) -> Remaining:
    """Return whether the cause fails its target now, and otherwise the rest of its tolerance.

    There is no time limit while its clock is paused.
    """
    cause, tolerance = clock.cause, tolerance_of(clock.cause)
    times = []
    if tolerance.seconds is not None and not cause.clock_paused:
        times.append(clock.first_seen + tolerance.seconds)
    terminations = _terminations(clock)
    if terminations is not None and cause.terminations >= terminations:
        times.append(clock.first_seen + tolerance.min_seconds)
    due_at = min(times, default=None)
    is_active = clock.gone_since is None and cause.active
    is_due = is_active and due_at is not None and due_at <= at
    return Remaining(is_due, due_at, terminations)


def _terminations(clock: CauseClock) -> int | None:
    """The number of the termination that fails the target: the usual one, or the decisive one."""
    usual = tolerance_of(clock.cause).terminations
    longest = tolerance_of(clock.cause._replace(may_await_other_target=True)).terminations
    if usual is None or longest is None or clock.decisive is None:
        return usual
    return min(max(usual, clock.decisive), longest)
