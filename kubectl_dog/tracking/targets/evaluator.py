"""Evaluate one object over time: each evaluation knows what the ones before have shown."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.causes.aggregate import causes_of_target
from kubectl_dog.causes.aggregate import next_timed_check
from kubectl_dog.causes.tolerances import ALWAYS
from kubectl_dog.causes.tolerances import apply_overrides
from kubectl_dog.causes.tolerances import excuse_allowed_failures
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import View
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.trackers.protocol import codes_of
from kubectl_dog.tracking.progress import ProgressMark
from kubectl_dog.tracking.progress import advance_progress
from kubectl_dog.tracking.verdict import min_available
from kubectl_dog.tracking.verdict import ready_when
from kubectl_dog.tracking.verdict.cause_clocks import CauseClock
from kubectl_dog.tracking.verdict.cause_clocks import advance_clocks
from kubectl_dog.tracking.verdict.decide import Situation
from kubectl_dog.tracking.verdict.expectations import Expectations
from kubectl_dog.tracking.verdict.expectations import apply_expectations
from kubectl_dog.tracking.verdict.expectations import check_expectations
from kubectl_dog.tracking.verdict.target_options import TargetOptions
from kubectl_dog.tracking.verdict.target_options import read_target_options
from kubectl_dog.tracking.world import World
from kubectl_dog.tracking.world import build_view


class Evaluation(NamedTuple):
    """The result of one evaluation, with the options of this target.

    `was_met_before` says that the expectations were met before; `seen_at` is when the object was
    first evaluated, in the engine's seconds.
    """

    view: View
    moment: Situation
    expectations: Expectations
    was_met_before: bool
    seen_at: float
    options: Options


class Evaluator:
    """Evaluates one object, and remembers what its next evaluation needs."""

    def __init__(self, target: Target, tracker: Tracker, follow: bool) -> None:
        self._target = target
        self._tracker = tracker
        self._follow = follow
        self._progress = ProgressMark()
        self._cause_clocks: dict[tuple[str, str], CauseClock] = {}
        self._paused_at: float | None = None
        self._was_met = False
        self._seen_at: float | None = None
        self._annotations: object = None
        self._target_options: TargetOptions | None = None

    def evaluate(self, at: float, world: World, obj: Object) -> Evaluation:
        """Evaluate the object as it is now; raises UserError where an option cannot be read."""
        own = self._read_options(world, obj)
        self._seen_at = at if self._seen_at is None else self._seen_at
        view, assessed, expected = self._assess_progress(at, world, obj, own.options)
        causes = () if expected.unmet else self._causes(world, view, assessed, own)
        desired = assessed.progress.desired if assessed.progress else 0
        allowed = own.allowed_failures.of(desired)
        if allowed and any(cause.tolerance_override == ALWAYS and cause.pods for cause in causes):
            assessed = min_available.apply_min_available(view, assessed, str(desired - allowed))
        self._cause_clocks = advance_clocks(self._cause_clocks, causes, at, self._progress.at)
        if assessed.state is not State.PAUSED:
            self._paused_at = None
        elif self._paused_at is None:
            self._paused_at = at
        was_met, self._was_met = self._was_met, self._was_met or not expected.unmet
        assessed = assessed._replace(notices=(*own.notices, *assessed.notices))
        situation = Situation(
            at,
            assessed,
            self._cause_clocks,
            self._progress.at,
            self._paused_at,
            next_timed_check(view, assessed),
        )
        return Evaluation(view, situation, expected, was_met, self._seen_at, own.options)

    def evaluate_deleted(self, at: float, world: World, obj: Object) -> Evaluation | None:
        """Evaluate a deleted object; None unless it had ended before, so that its verdict stays."""
        options = self._read_options(world, obj).options
        view, assessed, expected = self._assess(at, world, obj, options)
        if not assessed.is_terminal:
            return None
        situation = Situation(at, assessed, self._cause_clocks, at, None)
        return Evaluation(view, situation, expected, True, at, options)

    def _read_options(self, world: World, obj: Object) -> TargetOptions:
        annotations = get_dict(obj, 'metadata', 'annotations')
        if self._target_options is None or annotations != self._annotations:
            self._annotations = annotations
            # Following has no verdict that annotations could change.
            annotated = {} if self._follow else obj
            self._target_options = read_target_options(
                world.options, annotated, codes_of(self._tracker)
            )
        return self._target_options

    def _assess_progress(
        self, at: float, world: World, obj: Object, options: Options
    ) -> tuple[View, Assessment, Expectations]:
        """Assess the object, and update the progress that it has made."""
        result = self._assess(at, world, obj, options)
        before, self._progress = self._progress, advance_progress(self._progress, result[1], at)
        is_new = before.revision != self._progress.revision
        if is_new and self._progress.revision_changed:
            # The first assessment did not know yet that the revision has changed.
            result = self._assess(at, world, obj, options)
        if is_new and before.revision:
            self._cause_clocks = {}
        return result

    def _assess(
        self, at: float, world: World, obj: Object, options: Options
    ) -> tuple[View, Assessment, Expectations]:
        if options.once and options.stable_for is None:
            # One evaluation cannot show that anything lasts.
            options = options._replace(stable_for=0.0)
        view = build_view(world._replace(options=options), self._target, obj, at, self._progress)
        assessed = ready_when.apply_ready_when(view, self._tracker.assess(view), options.ready_when)
        expected = check_expectations(view, assessed, options)
        seen_at = at if self._seen_at is None else self._seen_at
        return view, apply_expectations(view, assessed, expected, seen_at, options), expected

    def _causes(
        self, world: World, view: View, assessed: Assessment, own: TargetOptions
    ) -> tuple[Cause, ...]:
        causes = (*assessed.causes, *causes_of_target(view, assessed))
        if world.progressing - {self._target}:
            causes = tuple(cause._replace(may_await_other_target=True) for cause in causes)
        pods = assessed.progress.desired if assessed.progress else len(assessed.pods)
        return excuse_allowed_failures(
            apply_overrides(causes, own.tolerances), own.allowed_failures.of(pods)
        )
