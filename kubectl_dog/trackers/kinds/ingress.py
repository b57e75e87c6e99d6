"""Tracker for Ingresses: ready with an address; after a minute, also without one."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

# Wait this many seconds for an address: many ingresses work without one.
_ADDRESS_GRACE = 60.0

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess the address; after a minute it is ready without one."""
    ingress = view.object or {}
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if get_dicts(ingress, 'status', 'loadBalancer', 'ingress'):
        return assessment_helpers.ready()
    due = created_at(ingress) + _ADDRESS_GRACE
    if view.now < due:
        return assessment_helpers.waiting('an address')._replace(recheck_at=due)
    return assessment_helpers.ready('has no address: its controller has not set one')
