"""Assess an Example by its phase."""

from __future__ import annotations

from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import View
from kubectl_dog.tracker import deleting_or_unobserved
from kubectl_dog.tracker import failed
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import ready
from kubectl_dog.tracker import waiting


def assess(view: View) -> Assessment:
    """Assess by `status.phase`."""
    going = deleting_or_unobserved(view)
    if going is not None:
        return going
    phase = get_str(view.object, 'status', 'phase')
    if phase == 'Broken':
        return failed('Broken', get_str(view.object, 'status', 'message') or 'is broken')
    return ready() if phase == 'Done' else waiting('status.phase to be Done')
