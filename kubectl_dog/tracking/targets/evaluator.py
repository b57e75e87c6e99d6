"""One object over time: each look at it is judged, knowing what the looks before have shown."""

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
from kubectl_dog.tracking import timeouts
from kubectl_dog.tracking.verdict import expectations
from kubectl_dog.tracking.verdict import min_available
from kubectl_dog.tracking.verdict import ready_when
from kubectl_dog.tracking.verdict import target_options
from kubectl_dog.tracking.verdict.cause_clocks import CauseClock
from kubectl_dog.tracking.verdict.cause_clocks import advance_clocks
from kubectl_dog.tracking.verdict.decide import Situation
from kubectl_dog.tracking.world import World
from kubectl_dog.tracking.world import build_view


class Evaluation(NamedTuple):
    """One look: `options` are those of this target, `was_met` says that the pin once held, and
    `seen_at` is when the object was first looked at, in the engine's seconds.
    """

    view: View
    moment: Situation
    expectations: expectations.Expectations
    was_met_before: bool
    seen_at: float
    options: Options


class Evaluator:
    """Holds what must be remembered between two looks; every rule is a pure function elsewhere."""

    def __init__(self, target: Target, tracker: Tracker, follow: bool) -> None:
        self._target = target
        self._tracker = tracker
        self._follow = follow
        self._reached = timeouts.ProgressMark()
        self._ledger: dict[tuple[str, str], CauseClock] = {}
        self._paused_at: float | None = None
        self._was_met = False
        self._seen_at: float | None = None
        self._annotations: object = None
        self._wishes: target_options.TargetOptions | None = None

    def evaluate(self, at: float, world: World, thing: Object) -> Evaluation:
        """Judge the object as it is now; raises UserError where an option cannot be read."""
        wished = self._wished(world, thing)
        self._seen_at = at if self._seen_at is None else self._seen_at
        view, assessed, pin = self._assess(at, world, thing, wished.options)
        before, self._reached = (
            self._reached,
            timeouts.advance_progress(self._reached, assessed, at),
        )
        if self._reached.revision_changed and self._reached.revision != before.revision:
            # What was judged as if nothing had changed is judged again, knowing that it has.
            view, assessed, pin = self._assess(at, world, thing, wished.options)
        if before.revision and before.revision != self._reached.revision:
            self._ledger = {}
        causes = () if pin.unmet else self._causes(world, view, assessed, wished)
        desired = assessed.progress.desired if assessed.progress else 0
        allowed = wished.allowed_failures.of(desired)
        if allowed and any(cause.tolerance_override == ALWAYS and cause.pods for cause in causes):
            assessed = min_available.apply_min_available(view, assessed, str(desired - allowed))
        self._ledger = advance_clocks(self._ledger, causes, at, self._reached.at)
        if assessed.state is not State.PAUSED:
            self._paused_at = None
        elif self._paused_at is None:
            self._paused_at = at
        was_met, self._was_met = self._was_met, self._was_met or not pin.unmet
        assessed = assessed._replace(notices=(*wished.notices, *assessed.notices))
        moment = Situation(
            at,
            assessed,
            self._ledger,
            self._reached.at,
            self._paused_at,
            next_timed_check(view, assessed),
        )
        return Evaluation(view, moment, pin, was_met, self._seen_at, wished.options)

    def last_of_deleted(self, at: float, world: World, thing: Object) -> Evaluation | None:
        """The last look at what is deleted, if it had ended before: then its verdict stays."""
        options = self._wished(world, thing).options
        view, assessed, pin = self._assess(at, world, thing, options)
        if not assessed.is_terminal:
            return None
        moment = Situation(at, assessed, self._ledger, at, None)
        return Evaluation(view, moment, pin, True, at, options)

    def _wished(self, world: World, thing: Object) -> target_options.TargetOptions:
        annotations = get_dict(thing, 'metadata', 'annotations')
        if self._wishes is None or annotations != self._annotations:
            self._annotations = annotations
            # Following has no verdict that they could change.
            self._wishes = target_options.read_target_options(
                world.options, {} if self._follow else thing, codes_of(self._tracker)
            )
        return self._wishes

    def _assess(
        self, at: float, world: World, thing: Object, options: Options
    ) -> tuple[View, Assessment, expectations.Expectations]:
        if options.once and options.stable_for is None:
            # One look cannot tell what lasts.
            options = options._replace(stable_for=0.0)
        mine = world._replace(options=options)
        view = build_view(mine, self._target, thing, at, self._reached)
        assessed = ready_when.apply_ready_when(view, self._tracker.assess(view), options.ready_when)
        pin = expectations.check_expectations(view, assessed, options)
        seen_at = at if self._seen_at is None else self._seen_at
        return view, expectations.apply_expectations(view, assessed, pin, seen_at, options), pin

    def _causes(
        self, world: World, view: View, assessed: Assessment, wished: target_options.TargetOptions
    ) -> tuple[Cause, ...]:
        found = (*assessed.causes, *causes_of_target(view, assessed))
        if world.progressing - {self._target}:
            found = tuple(cause._replace(may_await_other_target=True) for cause in found)
        pods = assessed.progress.desired if assessed.progress else len(assessed.pods)
        return excuse_allowed_failures(
            apply_overrides(found, wished.tolerances), wished.allowed_failures.of(pods)
        )
