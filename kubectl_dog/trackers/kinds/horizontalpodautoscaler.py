"""Tracker for HorizontalPodAutoscalers; missing metrics are only a notice."""

from __future__ import annotations

import json

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

# Reasons that only another spec can resolve.
_INVALID = ('InvalidSelector', 'InvalidMetricSourceType')
# The target does not exist, or cannot be scaled.
_NO_TARGET = ('FailedGetScale', 'FailedUpdateScale')
# It may be created later, in seconds.
_NO_TARGET_TOLERANCE = 300.0
_CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions'

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess as ready once the object has conditions.

    In autoscaling/v1 they are in an annotation. Without them, such an object is ready at once.
    """
    scaler = _with_conditions(view.object or {})
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if get_str(scaler, 'apiVersion') != 'autoscaling/v1' and not get_dicts(
        scaler, 'status', 'conditions'
    ):
        return assessment_helpers.waiting('its controller to report a status')
    scaling = condition(scaler, 'ScalingActive')
    if scaling.get('status') == 'False' and get_str(scaling, 'reason') in _INVALID:
        return assessment_helpers.waiting('a spec that it can scale by')._replace(
            causes=(_invalid_cause(scaling),)
        )
    able = condition(scaler, 'AbleToScale')
    if able.get('status') == 'False' and get_str(able, 'reason') in _NO_TARGET:
        return assessment_helpers.waiting('its scale target')._replace(
            causes=(_no_target_cause(able),)
        )
    return assessment_helpers.ready(
        _condition_notice(scaler, 'AbleToScale', 'cannot access its scale target'),
        _condition_notice(scaler, 'ScalingActive', 'does not scale now'),
    )


def _with_conditions(scaler: Object) -> Object:
    """Return a scaler of autoscaling/v1 with the conditions of its annotation."""
    text = get_str(scaler, 'metadata', 'annotations', _CONDITIONS)
    if not text or get_dicts(scaler, 'status', 'conditions'):
        return scaler
    try:
        conditions = json.loads(text)
    except ValueError:
        return scaler
    return {**scaler, 'status': {**get_dict(scaler, 'status'), 'conditions': conditions}}


def _no_target_cause(able: Object) -> Cause:
    return Cause(
        code='ConditionFailed',
        reason=get_str(able, 'reason'),
        subject='AbleToScale=False',
        message=f'it cannot access its scale target: {assessment_helpers.condition_text(able)}',
        tolerance_seconds=_NO_TARGET_TOLERANCE,
    )


def _invalid_cause(scaling: Object) -> Cause:
    return Cause(
        code='ConditionFailed',
        reason=get_str(scaling, 'reason'),
        subject='ScalingActive=False',
        message=f'it cannot scale: {assessment_helpers.condition_text(scaling)}',
    )


def _condition_notice(scaler: Object, kind: str, meaning: str) -> str:
    if not assessment_helpers.is_false(scaler, kind):
        return ''
    return f'{meaning}: {assessment_helpers.condition_text(condition(scaler, kind))}'
