"""Hold back readiness until containers without a readiness probe have run for a while.

Such a container is ready the moment its process starts. If the process exits within milliseconds,
its pod is Ready, and its Deployment Available, for about a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.min_uptime import DEFAULT_MIN_UPTIME
from kubectl_dog.model.min_uptime import min_uptime
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.times import epoch
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.views import View

# The pods of a workload need no check after this many seconds of availability, if all containers
# have readiness probes.
_LONG_AVAILABLE = 30.0


class Stability(NamedTuple):
    """The result of a stability check: the state, what it waits for, and when to check again."""

    state: State
    waits_for: str = ''
    recheck_at: float | None = None

    @property
    def reason(self) -> str:
        """The reason of an assessment that waits only for time to pass."""
        return 'Settling' if self.recheck_at else ''


def check_stability(
    view: View,
    pods: Sequence[Object],
    expected: int,
    since: float,
) -> Stability:
    """Check whether a workload whose counts are reached may be called ready.

    `pods` are its updated pods, of which `expected` must be ready. `since` is the server time at
    which the counts were reached; it is used if pods may not be read.
    """
    pod_spec = get_dict(view.object, 'spec', 'template', 'spec')
    min_ready = get_int(view.object, 'spec', 'minReadySeconds')
    if expected == 0 or (min_ready if view.stable_for is None else not view.stable_for):
        return Stability(State.READY)
    probed, stable_seconds = _has_readiness_probes(pod_spec), view.now - since
    if view.stable_for is None and probed and stable_seconds >= _LONG_AVAILABLE:
        return Stability(State.READY)
    if view.forbidden_kinds & {'Pod', 'ReplicaSet.apps'}:
        ready_at: float | None = since + (
            DEFAULT_MIN_UPTIME if view.stable_for is None else view.stable_for
        )
    else:
        ready = [pod for pod in pods if is_ready(pod)]
        if len(ready) < expected:
            return Stability(State.PROGRESSING, 'a look at its pods')
        ready_at = stable_at(ready, view.stable_for, view.run_history.connected_since)
    if ready_at is None or ready_at <= view.now:
        return Stability(State.READY)
    remaining = format_duration(max(1.0, ready_at - view.now))
    why = 'they have crashed before' if probed else 'no readiness probe'
    waits_for = f'its pods to stay up for {remaining} more ({why})'
    return Stability(State.PROGRESSING, waits_for, ready_at)


def stable_at(
    pods: Iterable[Object],
    stable_for: float | None,
    connected_since: float,
) -> float | None:
    """Return when these ready pods count as ready, in epoch seconds of the server; None: now.

    `stable_for` None means `auto`. The time before `connected_since` does not count: a container
    may have ended while there was no connection.
    """
    times = []
    for pod in pods:
        if stable_for:
            since = epoch(condition(pod, 'Ready').get('lastTransitionTime'))
            times.append(max(since or 0.0, connected_since) + stable_for)
        elif stable_for is None:
            long_running = [
                container
                for container in containers(pod)
                if container.role != 'init' and min_uptime(container)
            ]
            times += [
                max(container.running_since or 0.0, connected_since) + min_uptime(container)
                for container in long_running
            ]
    return max(times, default=None)


def startup_budget(pod_spec: Object) -> int:
    """Return the longest time, in seconds, that a startup probe of the pod allows."""
    probes = [
        get_dict(container, 'startupProbe') for container in _long_running_containers(pod_spec)
    ]
    return max((_startup_seconds(probe) for probe in probes if probe), default=0)


def _startup_seconds(probe: Object) -> int:
    period = get_int(probe, 'periodSeconds', default=10)
    return get_int(probe, 'initialDelaySeconds') + period * get_int(
        probe, 'failureThreshold', default=3
    )


def _has_readiness_probes(pod_spec: Object) -> bool:
    return all(container.get('readinessProbe') for container in _long_running_containers(pod_spec))


def _long_running_containers(pod_spec: Object) -> list[Object]:
    sidecars = [
        container
        for container in get_dicts(pod_spec, 'initContainers')
        if container.get('restartPolicy') == 'Always'
    ]
    return get_dicts(pod_spec, 'containers') + sidecars
