"""Whether a rollout can get past a pod that does not become ready."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.times import epoch
from kubectl_dog.model.views import View

# A pod proves that the revision works once it has been ready for this long, in seconds.
HEALTHY_AFTER = 10.0


def is_blocked(thing: Object, progress: Progress | None) -> bool:
    """Whether nothing more will be replaced before the pods that are not available are."""
    if progress is None or (progress.old <= 0 and progress.updated >= progress.desired):
        return False
    desired, slack = progress.desired, max_unavailable(thing, progress.desired)
    if thing.get('kind') == 'Deployment':
        strategy = get_dict(thing, 'spec', 'strategy', 'rollingUpdate')
        surge = _absolute(strategy.get('maxSurge', '25%'), desired, up=True)
        is_full = get_int(thing, 'status', 'replicas') >= desired + surge
        return is_full and desired - get_int(thing, 'status', 'availableReplicas') >= slack
    if thing.get('kind') == 'DaemonSet':
        return get_int(thing, 'status', 'numberUnavailable') >= max(1, slack)
    return True


def max_unavailable(thing: Object, desired: int) -> int:
    """How many of the pods a rolling update may take away; 0 for kinds that do not tell."""
    if thing.get('kind') == 'Deployment':
        strategy = get_dict(thing, 'spec', 'strategy', 'rollingUpdate')
        return _absolute(strategy.get('maxUnavailable', '25%'), desired, up=False)
    update = get_dict(thing, 'spec', 'updateStrategy', 'rollingUpdate')
    return _absolute(update.get('maxUnavailable', 1), desired, up=True)


def _absolute(value: object, total: int, up: bool) -> int:
    """An IntOrString: `25%` of the total, rounded up or down, or the number itself."""
    if isinstance(value, str) and value.endswith('%') and value[:-1].isdigit():
        hundredths = int(value[:-1]) * total
        return -(-hundredths // 100) if up else hundredths // 100
    return value if isinstance(value, int) else 0


def has_healthy_pod(view: View, pods: Iterable[Object], ill: Iterable[str]) -> bool:
    """Whether any pod but the ill ones works: ready for a while, without a single end."""
    names = frozenset(ill)
    return any(
        _is_proven(view, pod) for pod in pods if get_dict(pod, 'metadata').get('name') not in names
    )


def _is_proven(view: View, pod: Object) -> bool:
    since = epoch(condition(pod, 'Ready').get('lastTransitionTime')) or view.now
    unharmed = not any(one.last_termination for one in containers(pod) if one.role != 'init')
    return is_ready(pod) and unharmed and view.now - since >= HEALTHY_AFTER
