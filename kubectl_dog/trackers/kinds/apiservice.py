"""Tracker for APIServices: ready when the server behind it responds."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess the Available condition, which changes with the pods behind the APIService."""
    api = view.object or {}
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    available = condition(api, 'Available')
    if available.get('status') == 'True':
        return assessment_helpers.ready()
    if not available:
        return assessment_helpers.waiting('the first check of its server')
    return assessment_helpers.waiting(
        f'its server to become available: {assessment_helpers.condition_text(available)}',
        get_str(available, 'reason'),
    )
