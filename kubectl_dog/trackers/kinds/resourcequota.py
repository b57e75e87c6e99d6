"""Tracker for ResourceQuotas: ready when the limits are in force."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess whether the limits in the status are those of the spec."""
    hard, counted = (get_dict(view.object, key, 'hard') for key in ('spec', 'status'))
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    return (
        assessment_helpers.ready()
        if hard == counted
        else assessment_helpers.waiting('its limits to take effect')
    )
