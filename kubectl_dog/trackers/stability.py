"""Ready means ready: a container nobody probes counts only once it has run for a while.

A container without a readiness probe is Ready the moment its process starts; one that dies within
milliseconds makes its pod Ready, and its Deployment Available, for about a second.
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

# A workload that has been available for this long, in seconds, by its own conditions needs no
# look at its pods, where all of them have probes.
_LONG_AVAILABLE = 30.0


class Stability(NamedTuple):
    """Whether ready counts already, else what it waits for and when to look again."""

    state: State
    waits_for: str = ''
    recheck_at: float | None = None

    @property
    def reason(self) -> str:
        """A word for the time in which only time is missing."""
        return 'Settling' if self.recheck_at else ''


def check_stability(
    view: View,
    pods: Sequence[Object],
    expected: int,
    since: float,
) -> Stability:
    """Whether a workload is ready whose counts say so (design §4.1 «Ready means ready»).

    `pods` are its updated pods, of which `expected` have to be ready; `since` is the server time
    since when the counts say so: all that can be gone by where pods may not be read.
    """
    pod_spec = get_dict(view.object, 'spec', 'template', 'spec')
    min_ready = get_int(view.object, 'spec', 'minReadySeconds')
    if expected == 0 or (min_ready if view.stable_for is None else not view.stable_for):
        return Stability(State.READY)
    probed, lasted = _is_probed(pod_spec), view.now - since
    if view.stable_for is None and probed and lasted >= _LONG_AVAILABLE:
        return Stability(State.READY)
    if view.forbidden_kinds & {'Pod', 'ReplicaSet.apps'}:
        moment: float | None = since + (
            DEFAULT_MIN_UPTIME if view.stable_for is None else view.stable_for
        )
    else:
        ready = [pod for pod in pods if is_ready(pod)]
        if len(ready) < expected:
            return Stability(State.PROGRESSING, 'a look at its pods')
        moment = stable_at(ready, view.stable_for, view.run_history.connected_since)
    if moment is None or moment <= view.now:
        return Stability(State.READY)
    left = format_duration(max(1.0, moment - view.now))
    why = 'they have crashed before' if probed else 'no readiness probe'
    waits_for = f'its pods to stay up for {left} more ({why})'
    return Stability(State.PROGRESSING, waits_for, moment)


def stable_at(
    pods: Iterable[Object],
    stable_for: float | None,
    linked_at: float,
) -> float | None:
    """When readiness of these ready pods counts, in the server's epoch seconds.

    None where it counts at once. `stable_for` None means `auto`. Time in which the server was away
    (until `linked_at`) does not count: nobody could tell of an end.
    """
    moments = []
    for pod in pods:
        if stable_for:
            since = epoch(condition(pod, 'Ready').get('lastTransitionTime'))
            moments.append(max(since or 0.0, linked_at) + stable_for)
        elif stable_for is None:
            lasting = [one for one in containers(pod) if one.role != 'init' and min_uptime(one)]
            moments += [
                max(container.running_since or 0.0, linked_at) + min_uptime(container)
                for container in lasting
            ]
    return max(moments, default=None)


def startup_budget(pod_spec: Object) -> int:
    """The longest time, in seconds, that a startup probe of the pod allows."""
    probes = [get_dict(one, 'startupProbe') for one in _lasting(pod_spec)]
    return max((_budget(probe) for probe in probes if probe), default=0)


def _budget(probe: Object) -> int:
    period = get_int(probe, 'periodSeconds', default=10)
    return get_int(probe, 'initialDelaySeconds') + period * get_int(
        probe, 'failureThreshold', default=3
    )


def _is_probed(pod_spec: Object) -> bool:
    return all(one.get('readinessProbe') for one in _lasting(pod_spec))


def _lasting(pod_spec: Object) -> list[Object]:
    sidecars = [
        one for one in get_dicts(pod_spec, 'initContainers') if one.get('restartPolicy') == 'Always'
    ]
    return get_dicts(pod_spec, 'containers') + sidecars
