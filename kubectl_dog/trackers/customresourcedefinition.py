"""CustomResourceDefinition: its names are accepted, and its resources are served."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.views import View
from kubectl_dog.trackers import simple

wants = simple.no_wants


def assess(view: View) -> Assessment:
    """By its conditions; names that are taken stay taken."""
    crd = view.object or {}
    early = simple.deleting_or_unobserved(view)
    if early is not None:
        return early
    names = condition(crd, 'NamesAccepted')
    if simple.is_false(crd, 'NamesAccepted'):
        reason = get_str(names, 'reason') or 'NamesNotAccepted'
        return simple.failed(reason, f'its names are not accepted: {simple.condition_text(names)}')
    if not simple.is_true(crd, 'NamesAccepted'):
        return simple.waiting('its names to be accepted')
    if not simple.is_true(crd, 'Established'):
        return simple.waiting('its resources to be served')
    notice = ''
    if simple.is_true(crd, 'NonStructuralSchema'):
        details = simple.condition_text(condition(crd, 'NonStructuralSchema'))
        notice = f'has no structural schema: {details}'
    return simple.ready(notice)
