"""Namespace: active, or on its way out with what holds it back."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """By its phase."""
    space = view.object or {}
    phase = get_str(space, 'status', 'phase')
    if is_deleting(space) or phase == 'Terminating':
        held = [
            get_str(one, 'message').rstrip('.')
            for one in get_dicts(space, 'status', 'conditions')
            if one.get('status') == 'True' and one.get('message')
        ]
        message = ': '.join(filter(None, ('is being deleted', '; '.join(held))))
        return Assessment(State.DELETING, 'Terminating', message)
    return (
        assessment_helpers.ready()
        if phase == 'Active'
        else assessment_helpers.waiting('it to become active')
    )
