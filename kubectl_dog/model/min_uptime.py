"""How long a container must run before anybody believes that it goes on running.

One rule for two rooms: a tracker calls a rollout ready only then, and a crash counts as overcome
only then.
"""

from __future__ import annotations

from kubectl_dog.model.pods import Container
from kubectl_dog.model.times import epoch

# For a container that nobody probes, or that has crashed before.
DEFAULT_MIN_UPTIME = 10.0

# One that lived this long (seconds) before its last end did not die of starting.
_LONG_LIFE = 120.0


def min_uptime(container: Container) -> float:
    """Seconds that it must have run since its start; 0 where its probe is proof enough.

    One that ended before must outlive its last run: a crash loop that takes 15 s to crash looks
    well after 10, and its readiness probe says so, too.
    """
    if not container.last_termination:
        return 0.0 if container.spec.get('readinessProbe') else DEFAULT_MIN_UPTIME
    lived = last_run_seconds(container)
    return DEFAULT_MIN_UPTIME + (lived if lived is not None and lived < _LONG_LIFE else 0.0)


def last_run_seconds(container: Container) -> float | None:
    """Seconds from the start to the end of its last run; None where nobody knows."""
    started = epoch(container.last_termination.get('startedAt'))
    finished = epoch(container.last_termination.get('finishedAt'))
    if started is None or finished is None or started <= 0:
        return None
    return finished - started
