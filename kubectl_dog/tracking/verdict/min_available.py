"""Treat a target as ready once a minimum of its pods is available (`--min-available`)."""

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


def check_min_available(text: str) -> None:
    """Raise UserError unless it is a number of pods, a percentage or `maxUnavailable`."""
    if text == STRATEGY:
        return
    try:
        parse_pod_share(text)
    except UserError:
        raise UserError(f'{text!r} is not enough to go by: write 3, 80% or {STRATEGY}') from None


def apply_min_available(view: View, assessed: Assessment, minimum: str) -> Assessment:
    """The assessment, ready if `minimum` of the updated pods are available for long enough."""
    obj, progress = view.object or {}, assessed.progress
    if assessed.state not in (State.PROGRESSING, State.FAILED) or assessed.is_terminal:
        return assessed
    if progress is None or not is_observed(obj) or not progress.desired:
        return assessed
    threshold = _threshold(obj, progress.desired, minimum)
    available = sum(_is_available(view, pod) for pod in assessed.pods)
    if available < threshold:
        return assessed
    message = f'{available} of {progress.desired} pods are available, and {threshold} are enough'
    return assessed._replace(state=State.READY, reason='MinAvailable', message=message)


def _threshold(obj: Object, desired: int, minimum: str) -> int:
    if minimum == STRATEGY:
        return max(0, desired - max_unavailable(obj, desired))
    share = parse_pod_share(minimum)
    # A percentage is rounded up to whole pods.
    return -(-desired * share.value // 100) if share.is_percent else min(share.value, desired)


def _is_available(view: View, pod: Object) -> bool:
    available_at = stable_at([pod], view.stable_for, view.run_history.connected_since)
    return is_ready(pod) and (available_at is None or available_at <= view.now)
