"""Tracker protocol: the contract of the entry points `kubectl_dog.trackers.v1`.

A tracker is a module or an object, registered under `Kind.group` (`Pod` in the core group). It
never reads from the cluster: it returns what to watch, and assesses the view that it gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Want


class Tracker(Protocol):
    """A tracker; both functions are pure, and called whenever the view has changed."""

    def wants(self, view: View) -> Sequence[Want]:
        """Return the reads besides the target and its Kubernetes events; `view.object` is set."""
        ...

    def assess(self, view: View) -> Assessment:
        """Assess the target as it is in the view; `view.object` is set."""
        ...


def codes_of(tracker: Tracker) -> tuple[str, ...]:
    """Return the codes of causes that a tracker declares in its attribute `codes`, if any."""
    return tuple(getattr(tracker, 'codes', ()))
