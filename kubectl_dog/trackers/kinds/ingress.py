"""Ingress: it has an address, or a controller that never gives one."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

# How long, in seconds, a new ingress may take to get its address: many never get one and work.
_ADDRESS_GRACE = 60.0

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """By its address, which counts for nothing after a minute without."""
    ingress = view.object or {}
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if get_dicts(ingress, 'status', 'loadBalancer', 'ingress'):
        return assessment_helpers.ready()
    due = created_at(ingress) + _ADDRESS_GRACE
    if view.now < due:
        return assessment_helpers.waiting('its address')._replace(recheck_at=due)
    return assessment_helpers.ready('has no address: its controller has not told one')
