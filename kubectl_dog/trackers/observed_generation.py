"""Determine whether a controller has observed the newest spec of an object."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.times import epoch
from kubectl_dog.model.views import View

# The text after "waiting for" if the status is about an earlier generation.
WAITS_FOR_OBSERVATION = 'the controller to see the change'

# A controller without observedGeneration gets this many seconds to observe a new spec.
OBSERVATION_GRACE = 5.0

# After this many seconds without a status, no controller seems to write one.
NO_STATUS_GRACE = 10.0

_NO_NUMBER = -(10**18)


def is_behind(obj: Object, observed: object) -> bool:
    """Return whether an observedGeneration (a number or text) is older than the generation.

    Anything that is no number is ignored: Argo Rollouts used to write a hash there.
    """
    generation = get_int({'value': observed}, 'value', default=_NO_NUMBER)
    return generation != _NO_NUMBER and generation < get_int(obj, 'metadata', 'generation')


def unobserved_until(view: View, conditions: Iterable[Object]) -> float | None:
    """Return the server time until which the status may belong to an older spec, or None.

    This is for controllers that write no observedGeneration: they get a moment after the spec was
    written. A status of the first generation is always current.
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
    """Return when anything but status and metadata was last written (epoch seconds), or 0."""
    times = [epoch(entry.get('time')) for entry in get_dicts(obj, 'metadata', 'managedFields')]
    return max((entry for entry in times if entry is not None), default=0.0)


def silent_until(view: View) -> float:
    """Return the server time until which the first status of an object may still appear."""
    return (created_at(view.object or {}) or view.run_history.started) + NO_STATUS_GRACE
