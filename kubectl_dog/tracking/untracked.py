"""What stands in for the tracker of a kind that has none: it says so and judges nothing."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import simple


class Untracked:
    """A tracker that knows nothing but why it is there."""

    def __init__(self, why: str) -> None:
        self._why = why

    def wants(self, view: View) -> Sequence[Watch]:
        """Nothing."""
        return ()

    def assess(self, view: View) -> Assessment:
        """Unknown, unless it is going."""
        going = simple.not_yet(view)
        return going or Assessment(State.UNKNOWN, 'NoTracker', self._why)
