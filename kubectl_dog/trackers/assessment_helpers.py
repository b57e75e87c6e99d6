"""Create assessments and check conditions, for many trackers."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import is_observed
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch

# States that lead to a verdict.
FINAL = (State.READY, State.FAILED, State.PAUSED)


def no_wants(view: View) -> Sequence[Watch]:
    """Return no wants: the tracker needs only the object itself."""
    return ()


def deleting_or_unobserved(view: View) -> Assessment | None:
    """Assess an object that is being deleted, or whose newest spec is not observed; else None.

    A status without observedGeneration counts as observed: many kinds never have that field.
    """
    obj = view.object or {}
    if is_deleting(obj):
        return deleting(obj)
    if 'observedGeneration' in get_dict(obj, 'status') and not is_observed(obj):
        return waiting('the controller to see the change')
    return None


def deleting(obj: Object) -> Assessment:
    """Assess an object that is being deleted; the message names its finalizers."""
    return Assessment(State.DELETING, message=_deletion_message(obj))


def _deletion_message(obj: Object) -> str:
    finalizers = get_dict(obj, 'metadata').get('finalizers')
    names = ', '.join(map(str, finalizers)) if isinstance(finalizers, list) else ''
    return f'is being deleted, held by the finalizers {names}' if names else 'is being deleted'


def ready(*notices: str, message: str = '') -> Assessment:
    """Return a ready assessment.

    Notices are sentences without a subject (`takes no traffic`). Empty notices are dropped.
    """
    return Assessment(State.READY, message=message, notices=tuple(filter(None, notices)))


def waiting(waits_for: str, reason: str = '') -> Assessment:
    """Return a progressing assessment; `waits_for` completes the text "waiting for"."""
    return Assessment(State.PROGRESSING, reason, waits_for=waits_for)


def failed(reason: str, message: str) -> Assessment:
    """Return a failed assessment; `reason` is the reason that the cluster gives.

    The message has no subject, because the name of the target precedes it: `has run out of oil`.
    """
    return Assessment(State.FAILED, reason, message)


def paused(reason: str, message: str) -> Assessment:
    """Return a paused assessment: nothing happens without a manual action.

    The message has no subject, because "it" or the name of the target precedes it: `is paused by
    spec.hold`.
    """
    return Assessment(State.PAUSED, reason, message)


def is_true(obj: Object, kind: str) -> bool:
    """Return whether a condition of this type has the status True."""
    return condition(obj, kind).get('status') == 'True'


def is_false(obj: Object, kind: str) -> bool:
    """Return whether a condition of this type has the status False."""
    return condition(obj, kind).get('status') == 'False'


def condition_text(condition: Object) -> str:
    """Return the message and the reason of a condition as one text."""
    reason, message = (
        get_str(condition, 'reason'),
        get_str(condition, 'message').strip().rstrip('.'),
    )
    return f'{message} ({reason})' if reason and message else message or reason or 'no reason given'
