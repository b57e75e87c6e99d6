"""Time limits of a target, in seconds."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.events import RunLimit
from kubectl_dog.model.options import Options

STALL_TIMEOUT = 600.0

# How long a target may be gone before it counts as deleted and not as being replaced.
RECREATE_GRACE = 5.0

# How long other members of a group may come after the first: objects are applied one by one.
GROUP_GRACE = 2.0

# How long a pause may last before it is a verdict: tools pause and resume within seconds.
PAUSE_GRACE = 10.0

# An informational cause decides nothing, so it is reported only if it has lasted this long.
EXPLANATION_WAIT = 20.0

# How long a verdict may wait for its evidence.
EVIDENCE_WAIT = 1.0


def stall_timeout(options: Options, assessed: Assessment | None) -> float:
    """Return how long a target may make no progress."""
    if options.stall_timeout is not None:
        return options.stall_timeout
    return max(STALL_TIMEOUT, assessed.min_stall_timeout if assessed else 0.0)


def run_limit(
    at: float, options: Options, assessed: Assessment, progressed_at: float, started: float
) -> RunLimit | None:
    """Return the time limit that applies to a target without any cause; None if it has none.

    `progressed_at` is when the target last made progress, `started` the server's time at 0.
    """
    if options.follow or options.once:
        return None
    stalls_at = progressed_at + stall_timeout(options, assessed)
    limits = [(options.timeout, '--timeout'), (stalls_at, '--stall-timeout')]
    if assessed.deadline_at is not None:
        limits.append((assessed.deadline_at - started, 'progressDeadlineSeconds'))
    # A deadline of the Deployment that has passed before the run does not count.
    ahead = [(end - at, source) for end, source in limits if end is not None and end > at]
    return RunLimit(*min(ahead)) if ahead else None
