"""A tracker that cannot break the engine: where it fails, another one takes over for good.

Only what is made for the kind takes over. Without that, nothing is judged: a judgement that knows
less of the kind might say ready.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from contextlib import nullcontext
from copy import deepcopy
from typing import Any

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import unjudged
from kubectl_dog.model.items import Object
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Want
from kubectl_dog.trackers import assessment_helpers
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.tracking.plugins import contract
from kubectl_dog.tracking.plugins import entry_points


class GuardedTracker:
    """What one package brings for a kind, with defaults for what it does not implement.

    `instead` makes what takes over, or gives None where nothing may; `tell` is told of each target
    with which it failed, once. `limit` ends what takes too long; None for what is ours, which
    changes nothing it is shown, too.
    """

    def __init__(
        self,
        found: Any,
        label: str,
        instead: Callable[[], Tracker | None],
        tell: Callable[[str], object],
        limit: entry_points.Limit | None = nullcontext,
    ) -> None:
        """Raises ShapeError where it can be no tracker."""
        contract.tracker(found)
        self.codes = contract.codes(found)
        self._wants = contract.part(found, 'wants') or assessment_helpers.no_wants
        self._assess = contract.part(found, 'assess') or _usual
        self._label = label
        self._instead = instead
        self._tell = tell
        self._substitutes: tuple[Tracker | None, ...] = ()
        self._given_up: dict[Target, str] = {}
        self._is_ours = limit is None
        self._limit = limit or nullcontext
        self._copies: dict[Target, tuple[Object | None, Object | None]] = {}

    def wants(self, view: View) -> Sequence[Want]:
        """What the tracker wants, as long as that can be relied on."""
        if view.target not in self._given_up:
            try:
                with self._limit():
                    return contract.wants(self._wants(self._shown(view)))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self._give_up(view.target, error)
        other = self._other
        return () if other is None else other.wants(view)

    def assess(self, view: View) -> Assessment:
        """The tracker's judgement, as long as that can be relied on."""
        if view.target not in self._given_up:
            try:
                with self._limit():
                    return contract.assessment(self._assess(self._shown(view)))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self._give_up(view.target, error)
        other = self._other
        return unjudged(self._given_up[view.target]) if other is None else other.assess(view)

    def _shown(self, view: View) -> View:
        """The view with a copy of the target: who takes over must not see what was changed in it.

        What is behind it is shared, as there may be thousands of pods: `kubectl_dog.testing` tells
        authors of it. Our own trackers change nothing.
        """
        if self._is_ours:
            return view
        seen, copied = self._copies.get(view.target, (None, None))
        if seen is not view.object:
            copied = deepcopy(view.object)
            self._copies[view.target] = view.object, copied
        return view._replace(object=copied)

    @property
    def _other(self) -> Tracker | None:
        if not self._substitutes:
            self._substitutes = (self._instead(),)
        return self._substitutes[0]

    def _give_up(self, target: Target, error: BaseException) -> None:
        """For good: a verdict by turns would be nobody's."""
        why = (
            str(error)
            if isinstance(error, contract.ShapeError)
            else entry_points.locate_error(error)
        )
        self._given_up[target] = cannot_judge(self._label, why)
        what = 'cannot be judged' if self._other is None else 'is judged'
        self._tell(
            f'the tracker of {self._label} for {target.resource.key} failed on '
            f'{target.label}, which {what} without it from now on: {why}'
        )


class Unjudged:
    """Stands for the tracker of a kind of which none can be used; `why` completes its name."""

    def __init__(self, why: str) -> None:
        self._why = why

    def wants(self, view: View) -> Sequence[Want]:
        """Nothing: nobody would judge it."""
        return ()

    def assess(self, view: View) -> Assessment:
        """Unknown, whatever it is."""
        return unjudged(self._why)


def cannot_judge(label: str, why: str) -> str:
    """The message of what the tracker of this package should judge."""
    return f'cannot be judged: the tracker of {label} failed: {why}'


def _usual(view: View) -> Assessment:
    from kubectl_dog.trackers import generic

    return generic.assess(view)
