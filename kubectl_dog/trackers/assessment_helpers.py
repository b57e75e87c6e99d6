"""What the kinds without pods have in common."""

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

# States that a verdict follows from.
FINAL = (State.READY, State.FAILED, State.PAUSED)


def no_wants(view: View) -> Sequence[Watch]:
    """Nothing beyond the object itself."""
    return ()


def deleting_or_unobserved(view: View) -> Assessment | None:
    """The judgement of an object that is going, or whose newest spec was not seen; else None.

    Most of these kinds have a generation and nobody who would tell that it was seen.
    """
    obj = view.object or {}
    if is_deleting(obj):
        return deleting(obj)
    if 'observedGeneration' in get_dict(obj, 'status') and not is_observed(obj):
        return waiting('the controller to see the change')
    return None


def deleting(obj: Object) -> Assessment:
    """The judgement of an object that is going, with what holds it."""
    return Assessment(State.DELETING, message=_deletion_message(obj))


def _deletion_message(obj: Object) -> str:
    finalizers = get_dict(obj, 'metadata').get('finalizers')
    names = ', '.join(map(str, finalizers)) if isinstance(finalizers, list) else ''
    return f'is being deleted, held by the finalizers {names}' if names else 'is being deleted'


def ready(*notices: str, message: str = '') -> Assessment:
    """Ready, with what is worth knowing, in sentences without a subject (`takes no traffic`); empty
    notices are left out.
    """
    return Assessment(State.READY, message=message, notices=tuple(filter(None, notices)))


def waiting(waits_for: str, reason: str = '') -> Assessment:
    """Progressing; `waits_for` completes «waiting for …»."""
    return Assessment(State.PROGRESSING, reason, waits_for=waits_for)


def failed(reason: str, message: str) -> Assessment:
    """Failed, for a reason in the cluster's own word.

    The message has no subject, as the name of the target stands before it: `has run out of oil`.
    """
    return Assessment(State.FAILED, reason, message)


def paused(reason: str, message: str) -> Assessment:
    """Paused: a person has to act.

    The message has no subject, as «it» or the name of the target stands before it: `is paused by
    spec.hold`.
    """
    return Assessment(State.PAUSED, reason, message)


def is_true(obj: Object, kind: str) -> bool:
    """Whether a condition is True."""
    return condition(obj, kind).get('status') == 'True'


def is_false(obj: Object, kind: str) -> bool:
    """Whether a condition is there, and False."""
    return condition(obj, kind).get('status') == 'False'


def condition_text(condition: Object) -> str:
    """A condition's message and its reason, as far as it has them."""
    reason, message = (
        get_str(condition, 'reason'),
        get_str(condition, 'message').strip().rstrip('.'),
    )
    return f'{message} ({reason})' if reason and message else message or reason or 'no reason given'
