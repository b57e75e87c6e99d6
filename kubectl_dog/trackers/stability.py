"""Delay readiness until containers without a readiness probe have run for a while.

Such a container is ready the moment its process starts. If the process exits within milliseconds,
its pod is Ready, and its Deployment Available, for about a second.
"""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.assessments import Assessment
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


def with_stability(view: View, assessment: Assessment, expected: int, since: float) -> Assessment:
    """Complete an assessment whose counts suffice: ready, or waiting for stable pods.

    `expected` of its pods must be ready. `since` is the server time at which the counts were
    reached; it is used if pods may not be read.
    """
    ready = assessment._replace(state=State.READY, reason='', waits_for='', recheck_at=None)
    pod_spec = get_dict(view.object, 'spec', 'template', 'spec')
    min_ready = get_int(view.object, 'spec', 'minReadySeconds')
    if expected == 0 or (min_ready if view.stable_for is None else not view.stable_for):
        return ready
    probed, stable_seconds = _has_readiness_probes(pod_spec), view.now - since
    if view.stable_for is None and probed and stable_seconds >= _LONG_AVAILABLE:
        return ready
    is_hidden = bool(view.forbidden_kinds & {'Pod', 'ReplicaSet.apps'})
    if is_hidden:
        ready_at: float | None = since + (
            DEFAULT_MIN_UPTIME if view.stable_for is None else view.stable_for
        )
    else:
        ready_pods = [pod for pod in assessment.pods if is_ready(pod)]
        if len(ready_pods) < expected:
            return ready._replace(state=State.PROGRESSING, waits_for='pod status')
        ready_at = stable_at(ready_pods, view.stable_for, view.run_history.connected_since)
    if ready_at is None or ready_at <= view.now:
        return ready
    remaining = format_duration(max(1.0, ready_at - view.now))
    why = _reason(view, probed, is_hidden)
    return ready._replace(
        state=State.PROGRESSING,
        # Only time has to pass.
        reason='Settling',
        waits_for=f'its pods to keep running for {remaining} more ({why})',
        recheck_at=ready_at,
    )


def _reason(view: View, probed: bool, is_hidden: bool) -> str:
    """Why the pods must keep running; `is_hidden`: they may not be read."""
    if view.stable_for is not None:
        return f'--stable-for {format_duration(view.stable_for)}'
    if not probed:
        return 'no readiness probe'
    return 'its pods cannot be read' if is_hidden else 'containers restarted before'


def stable_at(
    pods: Iterable[Object],
    stable_for: float | None,
    connected_since: float,
) -> float | None:
    """Return when these ready pods are stable, in epoch seconds of the server; None: now.

    `stable_for` None means `auto`. The time before `connected_since` does not count: a container
    may have terminated while there was no connection.
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
    """Return the maximum time, in seconds, that a startup probe of the pod allows."""
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
