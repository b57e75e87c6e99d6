"""When fewer pods than are wanted are enough (`--min-available`). Pure."""

from __future__ import annotations

from kubectl_dog.causes.rolling_update import max_unavailable
from kubectl_dog.causes.tolerances import parse_pod_share
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import is_observed
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.views import View
from kubectl_dog.trackers.stability import stable_at

STRATEGY = 'maxUnavailable'


def check_min_available(told: str) -> None:
    """Raises UserError where it is neither a number of pods, nor a percentage, nor the word."""
    if told == STRATEGY:
        return
    try:
        parse_pod_share(told)
    except UserError:
        raise UserError(f'{told!r} is not enough to go by: write 3, 80% or {STRATEGY}') from None


def apply_min_available(view: View, assessed: Assessment, told: str) -> Assessment:
    """Ready, where so many of the updated pods are available, and have proven to be."""
    thing, progress = view.object or {}, assessed.progress
    if assessed.state not in (State.PROGRESSING, State.FAILED) or assessed.is_terminal:
        return assessed
    if progress is None or not is_observed(thing) or not progress.desired:
        return assessed
    threshold = _threshold(thing, progress.desired, told)
    available = sum(_is_proven(view, pod) for pod in assessed.pods)
    if available < threshold:
        return assessed
    message = f'{available} of {progress.desired} pods are available, and {threshold} are enough'
    return assessed._replace(state=State.READY, reason='MinAvailable', message=message)


def _threshold(thing: Object, desired: int, told: str) -> int:
    if told == STRATEGY:
        return max(0, desired - max_unavailable(thing, desired))
    wanted = parse_pod_share(told)
    # So many of a hundred are reached only by a whole pod.
    return -(-desired * wanted.value // 100) if wanted.is_percent else min(wanted.value, desired)


def _is_proven(view: View, pod: Object) -> bool:
    moment = stable_at([pod], view.stable_for, view.run_history.connected_since)
    return is_ready(pod) and (moment is None or moment <= view.now)
