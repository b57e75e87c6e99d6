"""Tracker for kinds that are ready when they exist: ConfigMaps, roles, webhooks, …"""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess an object that is ready unless it is being deleted or unobserved."""
    return assessment_helpers.deleting_or_unobserved(view) or assessment_helpers.ready()
