"""The tracker of a Node, which is ready when its kubelet reports so."""

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
    """Assess the condition Ready; a cordon or pressure is a notice."""
    node = view.object or {}
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if assessment_helpers.is_true(node, 'Ready'):
        return assessment_helpers.ready(*_notices(node))
    ready = condition(node, 'Ready')
    details = f': {assessment_helpers.condition_text(ready)}' if ready else ''
    return assessment_helpers.waiting(f'its kubelet to be ready{details}')


def _notices(node: Object) -> Iterator[str]:
    if get_dict(node, 'spec').get('unschedulable'):
        yield 'is cordoned (spec.unschedulable): it takes no new pods'
    for pressure in _PRESSURES:
        if assessment_helpers.is_true(node, pressure):
            yield f'has {pressure}: {assessment_helpers.condition_text(condition(node, pressure))}'
