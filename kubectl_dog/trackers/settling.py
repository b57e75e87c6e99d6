"""Ready means ready: a container nobody probes counts only once it has run for a while.

A container without a readiness probe is Ready the moment its process starts; one that dies within
milliseconds makes its pod Ready, and its Deployment Available, for about a second.
"""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import number
from kubectl_dog.model.objects import part
from kubectl_dog.model.objects import parts
from kubectl_dog.model.pods import containers
from kubectl_dog.model.times import epoch

# How long, in seconds, a container without a readiness probe must have run without a restart.
AUTO_STABLE_FOR = 10.0


def needs_pods(pod_spec: Object, min_ready: int, stable_for: float | None) -> bool:
    """Whether readiness can be believed only after a look at the pods themselves."""
    if stable_for is not None:
        return stable_for > 0
    return min_ready == 0 and any(not one.get('readinessProbe') for one in _lasting(pod_spec))


def settled_at(pods: Iterable[Object], min_ready: int, stable_for: float | None) -> float | None:
    """When readiness of these ready pods counts, in the server's epoch seconds.

    None where it counts at once. `stable_for` None means `auto`.
    """
    moments = []
    for pod in pods:
        if stable_for:
            since = epoch(condition(pod, 'Ready').get('lastTransitionTime'))
            moments.append((since or 0.0) + stable_for)
        elif stable_for is None and min_ready == 0:
            moments += [
                (container.running_since or 0.0) + AUTO_STABLE_FOR
                for container in containers(pod)
                if container.role != 'init' and not container.spec.get('readinessProbe')
            ]
    return max(moments, default=None)


def startup_budget(pod_spec: Object) -> int:
    """The longest time, in seconds, that a startup probe of the pod allows."""
    probes = [part(one, 'startupProbe') for one in _lasting(pod_spec)]
    return max((_budget(probe) for probe in probes if probe), default=0)


def _budget(probe: Object) -> int:
    period = number(probe, 'periodSeconds', default=10)
    return number(probe, 'initialDelaySeconds') + period * number(
        probe, 'failureThreshold', default=3
    )


def _lasting(pod_spec: Object) -> list[Object]:
    sidecars = [
        one for one in parts(pod_spec, 'initContainers') if one.get('restartPolicy') == 'Always'
    ]
    return parts(pod_spec, 'containers') + sidecars
