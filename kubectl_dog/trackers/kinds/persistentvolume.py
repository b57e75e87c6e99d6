"""Tracker for PersistentVolumes: ready when available or bound to a claim."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess the phase; a released volume that is retained needs a manual action."""
    phase = get_str(view.object, 'status', 'phase')
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if phase in ('Available', 'Bound'):
        return assessment_helpers.ready()
    if phase == 'Failed':
        message = get_str(view.object, 'status', 'message') or 'could not be reclaimed'
        return assessment_helpers.failed(
            get_str(view.object, 'status', 'reason') or 'Failed', message
        )
    if phase != 'Released':
        return assessment_helpers.waiting('it to become available')
    claim = get_str(view.object, 'spec', 'claimRef', 'name')
    if get_str(view.object, 'spec', 'persistentVolumeReclaimPolicy') in ('Delete', 'Recycle'):
        return assessment_helpers.waiting('its volume to be reclaimed')
    message = f'was released by claim "{claim}" and is retained: delete it or remove spec.claimRef'
    return assessment_helpers.paused('Released', message)
