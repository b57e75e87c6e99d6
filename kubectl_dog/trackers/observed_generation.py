"""Whether a controller has looked at the newest spec: what it said before is history."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.times import epoch
from kubectl_dog.model.views import View

# What is waited for where all that is said is of an earlier generation.
WAITS_FOR_OBSERVATION = 'the controller to see the change'

# How long, in seconds, a controller that does not tell what it has seen may take to look.
OBSERVATION_GRACE = 5.0

# How long, in seconds, a new object may be without a status until there seems to be nobody who
# writes one.
NO_STATUS_GRACE = 10.0

_NO_NUMBER = -(10**18)


def is_behind(obj: Object, observed: object) -> bool:
    """Whether an observedGeneration is an older one; numbers are also written as text.

    Argo Rollouts wrote a hash there once: what is no number tells nothing.
    """
    generation = get_int({'value': observed}, 'value', default=_NO_NUMBER)
    return generation != _NO_NUMBER and generation < get_int(obj, 'metadata', 'generation')


def unobserved_until(view: View, conditions: Iterable[Object]) -> float | None:
    """Until when, in server time, what is said may be about an older spec; None: it is not.

    For controllers that tell no observedGeneration anywhere: they get a moment after the spec was
    written. The first generation is what they spoke of, whenever that was.
    """
    obj = view.object or {}
    mappings = [get_dict(obj, 'status'), *conditions]
    if get_int(obj, 'metadata', 'generation') <= 1 or any(
        'observedGeneration' in mapping for mapping in mappings
    ):
        return None
    due = spec_written_at(obj) + OBSERVATION_GRACE
    return due if view.now < due else None


def spec_written_at(obj: Object) -> float:
    """When anything but status and metadata was last written, in epoch seconds; 0: not told."""
    times = [epoch(entry.get('time')) for entry in get_dicts(obj, 'metadata', 'managedFields')]
    return max((entry for entry in times if entry is not None), default=0.0)


def silent_until(view: View) -> float:
    """When an object without a status counts as one whose status nobody writes."""
    return (created_at(view.object or {}) or view.run_history.started) + NO_STATUS_GRACE
