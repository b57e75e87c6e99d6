"""Protect the engine from trackers that fail: another tracker replaces them permanently.

Only a tracker or a rule made for the kind takes over. Otherwise the target is not judged: a generic
judgement might report it as ready by mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from contextlib import nullcontext
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

_MAX_COPIES = 1000


class GuardedTracker:
    """A tracker of one package, with defaults for what it does not implement.

    `instead` makes its substitute, or returns None if there is none. `report` gets one message for
    each target with which the tracker failed. `limit` ends calls that take too long; it is None for
    our own trackers, which also never change their view.
    """

    def __init__(
        self,
        tracker: Any,
        label: str,
        instead: Callable[[], Tracker | None],
        report: Callable[[str], object],
        limit: entry_points.Limit | None = nullcontext,
    ) -> None:
        """Check the tracker; raises ShapeError if the object cannot be one."""
        contract.tracker(tracker)
        self.codes = contract.codes(tracker)
        self._wants = contract.part(tracker, 'wants') or assessment_helpers.no_wants
        self._assess = contract.part(tracker, 'assess') or _assess_generically
        self._label = label
        self._instead = instead
        self._report = report
        self._substitutes: tuple[Tracker | None, ...] = ()
        self._failures: dict[Target, str] = {}
        self._is_ours = limit is None
        self._limit = limit or nullcontext
        self._copies: dict[Target, tuple[Object | None, Object | None]] = {}

    def wants(self, view: View) -> Sequence[Want]:
        """Return the wants of the tracker, or of its substitute once it has failed."""
        if view.target not in self._failures:
            try:
                with self._limit():
                    return contract.wants(self._wants(self._shown(view)))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self._give_up(view.target, error)
        substitute = self._substitute
        return () if substitute is None else substitute.wants(view)

    def assess(self, view: View) -> Assessment:
        """Return the assessment of the tracker, or of its substitute once it has failed."""
        if view.target not in self._failures:
            try:
                with self._limit():
                    return contract.assessment(self._assess(self._shown(view)))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self._give_up(view.target, error)
        substitute = self._substitute
        if substitute is None:
            return unjudged(self._failures[view.target])
        return substitute.assess(view)

    def _shown(self, view: View) -> View:
        """Return the view with a copy of the object, to hide changes in it from a substitute.

        Other objects are shared, as there may be thousands of pods: `kubectl_dog.testing` reports
        changes to authors. Our own trackers change nothing.
        """
        if self._is_ours:
            return view
        # Most runs have no trackers of other packages.
        from copy import deepcopy

        seen, copied = self._copies.get(view.target, (None, None))
        if seen is not view.object:
            copied = deepcopy(view.object)
            if len(self._copies) >= _MAX_COPIES:
                # Targets come and go as long as a run lasts.
                self._copies.clear()
            self._copies[view.target] = view.object, copied
        return view._replace(object=copied)

    @property
    def _substitute(self) -> Tracker | None:
        if not self._substitutes:
            self._substitutes = (self._instead(),)
        return self._substitutes[0]

    def _give_up(self, target: Target, error: BaseException) -> None:
        """Record the failure permanently: alternating trackers would give no consistent verdict."""
        why = (
            str(error)
            if isinstance(error, contract.ShapeError)
            else entry_points.locate_error(error)
        )
        self._failures[target] = cannot_judge(self._label, why)
        is_replaced = self._substitute is not None
        result = 'another tracker replaces it' if is_replaced else 'its state is unknown'
        self._report(
            f'the tracker of {self._label} for {target.resource.key} failed on '
            f'{target.label}, and {result}: {why}'
        )


class Unjudged:
    """The tracker of a kind if none is usable; `why` is the message of its assessments."""

    def __init__(self, why: str) -> None:
        self._why = why

    def wants(self, view: View) -> Sequence[Want]:
        """Return no wants, because nothing is assessed."""
        return ()

    def assess(self, view: View) -> Assessment:
        """Return an unknown state."""
        return unjudged(self._why)


def cannot_judge(label: str, why: str) -> str:
    """Return the message for targets whose tracker, from this package, cannot be used."""
    return f'cannot be assessed: the tracker of {label} failed: {why}'


def _assess_generically(view: View) -> Assessment:
    from kubectl_dog.trackers import generic

    return generic.assess(view)
