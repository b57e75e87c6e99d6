"""Tracker for CustomResourceDefinitions: ready when names are accepted and objects served."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess the conditions; a conflict of names is final."""
    crd = view.object or {}
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    names = condition(crd, 'NamesAccepted')
    if assessment_helpers.is_false(crd, 'NamesAccepted'):
        reason = get_str(names, 'reason') or 'NamesNotAccepted'
        return assessment_helpers.failed(
            reason, f'has names that are not accepted: {assessment_helpers.condition_text(names)}'
        )
    if not assessment_helpers.is_true(crd, 'NamesAccepted'):
        return assessment_helpers.waiting('its names to be accepted')
    if not assessment_helpers.is_true(crd, 'Established'):
        return assessment_helpers.waiting('its resources to be served')
    notice = ''
    if assessment_helpers.is_true(crd, 'NonStructuralSchema'):
        details = assessment_helpers.condition_text(condition(crd, 'NonStructuralSchema'))
        notice = f'has no structural schema: {details}'
    return assessment_helpers.ready(notice)
