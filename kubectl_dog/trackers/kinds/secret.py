"""Tracker for Secrets: ready when the object exists, with its token if it needs one."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

_TOKEN = 'kubernetes.io/service-account-token'

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess the existence of the object, or of its token, without reading values."""
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if get_str(view.object, 'type') == _TOKEN and 'token' not in get_dict(view.object, 'data'):
        return assessment_helpers.waiting('its token')
    return assessment_helpers.ready()
