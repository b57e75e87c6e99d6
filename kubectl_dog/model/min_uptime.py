"""How long a container must run before it is treated as stable.

Trackers use the rule before they judge a rollout as ready, and causes before a crash counts as
recovered.
"""

from __future__ import annotations

from kubectl_dog.model.pods import Container
from kubectl_dog.model.times import epoch

# Seconds for a container without a readiness probe, or that has crashed before.
DEFAULT_MIN_UPTIME = 10.0

# A container that ran this long (seconds) before its last termination did not fail to start.
_LONG_RUN = 120.0


def min_uptime(container: Container) -> float:
    """Return the seconds that a container must run; 0 if its readiness probe is enough.

    A container that ended before must run longer than its last run: one that crashes after 15 s
    looks healthy after 10 s, also to its readiness probe.
    """
    if not container.last_termination:
        return 0.0 if container.spec.get('readinessProbe') else DEFAULT_MIN_UPTIME
    run_seconds = last_run_seconds(container)
    return DEFAULT_MIN_UPTIME + (
        run_seconds if run_seconds is not None and run_seconds < _LONG_RUN else 0.0
    )


def last_run_seconds(container: Container) -> float | None:
    """Return the seconds from start to end of the last run; None if that is not known."""
    started = epoch(container.last_termination.get('startedAt'))
    finished = epoch(container.last_termination.get('finishedAt'))
    if started is None or finished is None or started <= 0:
        return None
    return finished - started
