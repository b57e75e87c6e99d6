"""One object over time: each look at it is judged, knowing what the looks before have shown."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.causes.allowing import ALWAYS
from kubectl_dog.causes.allowing import allow
from kubectl_dog.causes.allowing import excuse
from kubectl_dog.causes.families import next_look
from kubectl_dog.causes.families import of_target
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
from kubectl_dog.tracking import agreed
from kubectl_dog.tracking import enough
from kubectl_dog.tracking import patience
from kubectl_dog.tracking import pins
from kubectl_dog.tracking import wishes
from kubectl_dog.tracking.decide import Moment
from kubectl_dog.tracking.policy import Standing
from kubectl_dog.tracking.policy import advance
from kubectl_dog.tracking.views import World
from kubectl_dog.tracking.views import build


class Look(NamedTuple):
    """One look: `options` are those of this target, `was_met` says that the pin once held, and
    `seen_at` is when the object was first looked at, in the engine's seconds.
    """

    view: View
    moment: Moment
    pin: pins.Pin
    was_met: bool
    seen_at: float
    options: Options


class Judge:
    """Holds what must be remembered between two looks; every rule is a pure function elsewhere."""

    def __init__(self, target: Target, tracker: Tracker, follow: bool) -> None:
        self._target = target
        self._tracker = tracker
        self._follow = follow
        self._reached = patience.Advance()
        self._ledger: dict[tuple[str, str], Standing] = {}
        self._paused_at: float | None = None
        self._was_met = False
        self._seen_at: float | None = None
        self._annotations: object = None
        self._wishes: wishes.Wishes | None = None

    def look(self, at: float, world: World, thing: Object) -> Look:
        """Judge the object as it is now; raises UserError where an option cannot be read."""
        wished = self._wished(world, thing)
        self._seen_at = at if self._seen_at is None else self._seen_at
        view, assessed, pin = self._assess(at, world, thing, wished.options)
        before, self._reached = self._reached, patience.advance(self._reached, assessed, at)
        if self._reached.revised and self._reached.revision != before.revision:
            # What was judged as if nothing had changed is judged again, knowing that it has.
            view, assessed, pin = self._assess(at, world, thing, wished.options)
        if before.revision and before.revision != self._reached.revision:
            self._ledger = {}
        causes = () if pin.lacking else self._causes(world, view, assessed, wished)
        desired = assessed.progress.desired if assessed.progress else 0
        allowed = wished.allowed.of(desired)
        if allowed and any(cause.tolerance_override == ALWAYS and cause.pods for cause in causes):
            assessed = enough.accept(view, assessed, str(desired - allowed))
        self._ledger = advance(self._ledger, causes, at, self._reached.at)
        if assessed.state is not State.PAUSED:
            self._paused_at = None
        elif self._paused_at is None:
            self._paused_at = at
        was_met, self._was_met = self._was_met, self._was_met or not pin.lacking
        assessed = assessed._replace(notices=(*wished.notices, *assessed.notices))
        moment = Moment(
            at,
            assessed,
            self._ledger,
            self._reached.at,
            self._paused_at,
            next_look(view, assessed),
        )
        return Look(view, moment, pin, was_met, self._seen_at, wished.options)

    def last(self, at: float, world: World, thing: Object) -> Look | None:
        """The last look at what is deleted, if it had ended before: then its verdict stays."""
        options = self._wished(world, thing).options
        view, assessed, pin = self._assess(at, world, thing, options)
        if not assessed.is_terminal:
            return None
        moment = Moment(at, assessed, self._ledger, at, None)
        return Look(view, moment, pin, True, at, options)

    def _wished(self, world: World, thing: Object) -> wishes.Wishes:
        annotations = get_dict(thing, 'metadata', 'annotations')
        if self._wishes is None or annotations != self._annotations:
            self._annotations = annotations
            # Following has no verdict that they could change.
            self._wishes = wishes.read(
                world.options, {} if self._follow else thing, codes_of(self._tracker)
            )
        return self._wishes

    def _assess(
        self, at: float, world: World, thing: Object, options: Options
    ) -> tuple[View, Assessment, pins.Pin]:
        if options.once and options.stable_for is None:
            # One look cannot tell what lasts.
            options = options._replace(stable_for=0.0)
        mine = world._replace(options=options)
        view = build(mine, self._target, thing, at, self._reached)
        assessed = agreed.heed(view, self._tracker.assess(view), options.ready_when)
        pin = pins.look(view, assessed, options)
        seen_at = at if self._seen_at is None else self._seen_at
        return view, pins.heed(view, assessed, pin, seen_at, options), pin

    def _causes(
        self, world: World, view: View, assessed: Assessment, wished: wishes.Wishes
    ) -> tuple[Cause, ...]:
        found = (*assessed.causes, *of_target(view, assessed))
        if world.at_work - {self._target}:
            found = tuple(cause._replace(may_await_other_target=True) for cause in found)
        pods = assessed.progress.desired if assessed.progress else len(assessed.pods)
        return excuse(allow(found, wished.tolerances), wished.allowed.of(pods))
