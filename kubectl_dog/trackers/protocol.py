"""What a tracker is: the contract of the entry-point group `kubectl_dog.trackers.v1`.

A tracker is registered under `Kind.group` (`Pod` in the core group) and may be a module or an
object. It never reads anything itself: it says what it wants watched, and judges what it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Want


class Tracker(Protocol):
    """Both functions are pure, and are called again whenever the view has changed."""

    def wants(self, view: View) -> Sequence[Want]:
        """What to read besides the target itself and its kube events; `view.object` is there."""
        ...

    def assess(self, view: View) -> Assessment:
        """The judgement of this moment; `view.object` is there."""
        ...


def codes_of(tracker: Tracker) -> tuple[str, ...]:
    """The codes of causes of its own: it may declare them as `codes`, and need not."""
    return tuple(getattr(tracker, 'codes', ()))
