"""The tracker of a HorizontalPodAutoscaler; that it cannot scale is only a notice."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess as ready once it has conditions. autoscaling/v1 has none, so such an object is ready
    at once.
    """
    scaler = view.object or {}
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if get_str(scaler, 'apiVersion') != 'autoscaling/v1' and not get_dicts(
        scaler, 'status', 'conditions'
    ):
        return assessment_helpers.waiting('the autoscaler to look at it')
    return assessment_helpers.ready(
        _condition_notice(scaler, 'AbleToScale', 'cannot reach what it scales'),
        _condition_notice(scaler, 'ScalingActive', 'does not scale at the moment'),
    )


def _condition_notice(scaler: Object, kind: str, meaning: str) -> str:
    if not assessment_helpers.is_false(scaler, kind):
        return ''
    return f'{meaning}: {assessment_helpers.condition_text(condition(scaler, kind))}'
