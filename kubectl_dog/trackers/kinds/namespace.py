"""Tracker for Namespaces: ready when active; for a deletion, reports what blocks it."""

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
    """Assess the phase."""
    namespace = view.object or {}
    phase = get_str(namespace, 'status', 'phase')
    if is_deleting(namespace) or phase == 'Terminating':
        messages = [
            get_str(condition, 'message').rstrip('.')
            for condition in get_dicts(namespace, 'status', 'conditions')
            if condition.get('status') == 'True' and condition.get('message')
        ]
        message = ': '.join(filter(None, ('is being deleted', '; '.join(messages))))
        return Assessment(State.DELETING, 'Terminating', message)
    return (
        assessment_helpers.ready()
        if phase == 'Active'
        else assessment_helpers.waiting('it to become active')
    )
