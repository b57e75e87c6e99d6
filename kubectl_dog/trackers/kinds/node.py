"""Tracker for Nodes: ready when the kubelet reports it."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

_PRESSURES = ('MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable')

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess the Ready condition; a cordon or a pressure condition only adds a notice."""
    node = view.object or {}
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if assessment_helpers.is_true(node, 'Ready'):
        return assessment_helpers.ready(*_notices(node))
    ready = condition(node, 'Ready')
    details = f': {assessment_helpers.condition_text(ready)}' if ready else ''
    return assessment_helpers.waiting(f'its kubelet to become ready{details}')


def _notices(node: Object) -> Iterator[str]:
    if get_dict(node, 'spec').get('unschedulable'):
        yield 'is cordoned (spec.unschedulable): it accepts no new pods'
    for pressure in _PRESSURES:
        if assessment_helpers.is_true(node, pressure):
            yield f'has {pressure}: {assessment_helpers.condition_text(condition(node, pressure))}'
