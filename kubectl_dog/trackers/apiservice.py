"""APIService: the server behind it answers."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.views import View
from kubectl_dog.trackers import simple

wants = simple.no_wants


def assess(view: View) -> Assessment:
    """By its condition Available, which comes and goes with the pods behind it."""
    api = view.object or {}
    early = simple.deleting_or_unobserved(view)
    if early is not None:
        return early
    available = condition(api, 'Available')
    if available.get('status') == 'True':
        return simple.ready()
    if not available:
        return simple.waiting('the first look at its server')
    return simple.waiting(
        f'its server: {simple.condition_text(available)}', get_str(available, 'reason')
    )
