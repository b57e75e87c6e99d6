"""Decide whether a rollout can continue while a pod does not become ready."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.times import epoch
from kubectl_dog.model.views import View

# A pod proves that the revision works once it has been ready for this long, in seconds.
HEALTHY_AFTER = 10.0


def is_blocked(workload: Object, progress: Progress | None) -> bool:
    """Return whether the controller waits for unavailable pods before it replaces more pods."""
    if progress is None or (progress.old <= 0 and progress.updated >= progress.desired):
        return False
    desired, slack = progress.desired, max_unavailable(workload, progress.desired)
    if workload.get('kind') == 'Deployment':
        strategy = get_dict(workload, 'spec', 'strategy', 'rollingUpdate')
        surge = _absolute(strategy.get('maxSurge', '25%'), desired, up=True)
        is_full = get_int(workload, 'status', 'replicas') >= desired + surge
        return is_full and desired - get_int(workload, 'status', 'availableReplicas') >= slack
    if workload.get('kind') == 'DaemonSet':
        return get_int(workload, 'status', 'numberUnavailable') >= max(1, slack)
    return True


def max_unavailable(workload: Object, desired: int) -> int:
    """Return how many of the desired pods may be unavailable in a rolling update."""
    if workload.get('kind') == 'Deployment':
        strategy = get_dict(workload, 'spec', 'strategy', 'rollingUpdate')
        return _absolute(strategy.get('maxUnavailable', '25%'), desired, up=False)
    update = get_dict(workload, 'spec', 'updateStrategy', 'rollingUpdate')
    return _absolute(update.get('maxUnavailable', 1), desired, up=True)


def _absolute(value: object, total: int, up: bool) -> int:
    """Return the number for an IntOrString: `25%` of the total, rounded, or the number itself."""
    if isinstance(value, str) and value.endswith('%') and value[:-1].isdigit():
        hundredths = int(value[:-1]) * total
        return -(-hundredths // 100) if up else hundredths // 100
    return value if isinstance(value, int) else 0


def has_healthy_pod(view: View, pods: Iterable[Object], failing: Iterable[str]) -> bool:
    """Return whether any pod whose name is not in `failing` has proven to be stable.

    Proven pods have been ready for HEALTHY_AFTER seconds, and no container has ever terminated.
    """
    names = frozenset(failing)
    return any(_is_proven(view, pod) for pod in pods if name(pod) not in names)


def _is_proven(view: View, pod: Object) -> bool:
    since = epoch(condition(pod, 'Ready').get('lastTransitionTime')) or view.now
    never_terminated = not any(
        container.last_termination for container in containers(pod) if container.role != 'init'
    )
    return is_ready(pod) and never_terminated and view.now - since >= HEALTHY_AFTER
