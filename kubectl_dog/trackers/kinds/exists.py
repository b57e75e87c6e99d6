"""Kinds that work as soon as they are there: ConfigMaps, roles, webhook configurations, …"""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """To be there is to be ready."""
    return assessment_helpers.deleting_or_unobserved(view) or assessment_helpers.ready()
