"""Evaluate one object; each evaluation takes the previous history and returns a new one."""

from __future__ import annotations

from types import MappingProxyType

from kubectl_dog.causes.aggregate import causes_of_target
from kubectl_dog.causes.aggregate import next_timed_check
from kubectl_dog.causes.ended_effects import is_over
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import FILE_DIFFERENCES
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.views import View
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.trackers.protocol import codes_of
from kubectl_dog.tracking.progress import ProgressMark
from kubectl_dog.tracking.progress import advance_progress
from kubectl_dog.tracking.verdict.cause_clocks import CauseClocks
from kubectl_dog.tracking.verdict.cause_clocks import advance_clocks
from kubectl_dog.tracking.verdict.decide import Situation
from kubectl_dog.tracking.verdict.readiness import Subject
from kubectl_dog.tracking.verdict.readiness import check_readiness
from kubectl_dog.tracking.verdict.readiness import pin_verdict
from kubectl_dog.tracking.verdict.target_options import TargetOptions
from kubectl_dog.tracking.verdict.target_options import read_readiness
from kubectl_dog.tracking.verdict.target_options import read_target_options
from kubectl_dog.tracking.world import World
from kubectl_dog.tracking.world import build_view
from kubectl_dog.tracking.world import connected_since

# Children that were ready are remembered, also if they are gone; more are not needed.
_MOST_CHILDREN = 20


class History(NamedTuple):
    """The result of the evaluations of one object so far. Times are the engine's seconds.

    - `seen_at`: when the object was first evaluated; None before that.
    - `paused_at`: since when it is paused; None if it is not.
    - `ready_children`: as in `RunHistory`.
    - `revisions`, `first_revisions`: as in `RunHistory`; only with `at_revision`.
    - `was_met`: at some time, it had the expected revision and images.
    """

    seen_at: float | None = None
    progress: ProgressMark = ProgressMark()
    cause_clocks: CauseClocks = MappingProxyType({})
    paused_at: float | None = None
    was_met: bool = False
    ready_children: frozenset[str] = frozenset()
    revisions: tuple[str, ...] = ()
    first_revisions: tuple[str, ...] | None = None


class Evaluation(NamedTuple):
    """The result of one evaluation, with the options of this target.

    `history` is for the next evaluation.
    """

    view: View
    moment: Situation
    options: Options
    history: History

    @property
    def is_progressing(self) -> bool:
        """Whether the object is progressing without an active cause that could fail it.

        An application waits for what it manages, and none of these can wait for it.
        """
        if self.options.with_managed:
            from kubectl_dog.gitops.inventory import is_application

            if is_application(self.view.target.resource):
                return False
        return self.moment.assessed.state is State.PROGRESSING and all(
            tolerance_of(cause).is_informational for cause in self.moment.active_causes
        )

    @property
    def awaits_replacement(self) -> bool:
        """Whether the object of a file is yet to replace this one."""
        return not self.history.was_met and FILE_DIFFERENCES in (self.view.object or {})


class Evaluator:
    """An evaluator for one object, without history: each evaluation returns a new one."""

    def __init__(self, target: Target, tracker: Tracker, follow: bool) -> None:
        self._target = target
        self._tracker = tracker
        self._follow = follow
        self._annotations: object = None
        self._target_options: TargetOptions | None = None

    def evaluate(self, at: float, world: World, obj: Object, history: History) -> Evaluation:
        """Evaluate the current object; raises UserError for an option that cannot be read."""
        own = self._read_options(world, obj)
        seen_at = at if history.seen_at is None else history.seen_at
        view, assessed, history = self._assess(at, world, obj, own.options, history)
        causes = self._causes(world, view, assessed, own)
        readiness = check_readiness(
            Subject(view, assessed, own.options, causes, own.foreign, history.was_met), seen_at
        )
        if readiness.cause:
            causes += own.tolerances.override((readiness.cause,), _desired_pods(assessed))
        assessed, progress = readiness.assessed, history.progress
        paused_at = history.paused_at if history.paused_at is not None else at
        present = {cause.key for cause in causes}
        lasting = {
            key: clock
            for key, clock in history.cause_clocks.items()
            if key in present or not is_over(view, assessed, clock.cause)
        }
        after = History(
            seen_at,
            progress,
            advance_clocks(lasting, () if readiness.pin else causes, at, progress.at),
            paused_at if assessed.state is State.PAUSED else None,
            history.was_met or readiness.pin is None,
            history.ready_children,
            history.revisions,
            history.first_revisions,
        )
        moment = Situation(
            at,
            assessed._replace(notices=(*own.notices, *assessed.notices))
            if own.notices
            else assessed,
            after.cause_clocks,
            progress.at,
            after.paused_at,
            next_timed_check(view, assessed),
            pin_verdict(readiness.pin, history.was_met, at - seen_at, own.options),
        )
        return Evaluation(view, moment, own.options, after)

    def evaluate_deleted(
        self, at: float, world: World, obj: Object, history: History
    ) -> Evaluation | None:
        """Evaluate a deleted object; keep the verdict if it had ended, otherwise return None."""
        own = self._read_options(world, obj)
        options, foreign = own.options, own.foreign
        view = self._view(at, world, obj, options, history)
        assessed = self._tracker.assess(view)
        subject = Subject(view, assessed, options, (), foreign, history.was_met)
        assessed = check_readiness(subject, at).assessed
        if not assessed.is_terminal:
            return None
        situation = Situation(at, assessed, history.cause_clocks, at, None)
        return Evaluation(view, situation, options, history)

    def _read_options(self, world: World, obj: Object) -> TargetOptions:
        annotations = get_dict(obj, 'metadata', 'annotations')
        if self._target_options is None or annotations != self._annotations:
            self._annotations = annotations
            # Following has no verdict that other annotations could change.
            self._target_options = (
                read_readiness(world.options, obj)
                if self._follow
                else read_target_options(world.options, obj, codes_of(self._tracker))
            )
        return self._target_options

    def _assess(
        self, at: float, world: World, obj: Object, options: Options, history: History
    ) -> tuple[View, Assessment, History]:
        """Return the assessment of the tracker, and the history updated with its progress."""
        before = history.progress
        children = world.store.children_by_owner_uid.get(uid(obj), ())
        ready = [uid(child) for child in children if get_int(child, 'status', 'readyReplicas')]
        if not history.ready_children.issuperset(ready):
            known = history.ready_children.union(ready)
            if len(known) > _MOST_CHILDREN:
                # Revisions come and go as long as a run lasts.
                known = known.intersection(map(uid, children))
            history = history._replace(ready_children=known)
        if options.at_revision:
            from kubectl_dog.tracking.verdict import at_revision

            revisions = history.revisions, history.first_revisions
            revisions = at_revision.advance(*revisions, obj, self._target.resource)
            history = history._replace(revisions=revisions[0], first_revisions=revisions[1])
        view = self._view(at, world, obj, options, history)
        assessed = self._tracker.assess(view)
        progress = advance_progress(before, assessed, at)
        if progress is not before:
            history = history._replace(progress=progress)
        if before.revision and before.revision != history.progress.revision:
            # Only the first assessment shows that the revision is another one, and a tracker
            # judges such a revision by itself, without the deadlines of the one before.
            history = history._replace(cause_clocks={})
            view = self._view(at, world, obj, options, history)
            assessed = self._tracker.assess(view)
        return view, assessed, history

    def _view(
        self, at: float, world: World, obj: Object, options: Options, history: History
    ) -> View:
        if options.once and options.stable_for is None:
            # One evaluation cannot show that anything lasts.
            options = options._replace(stable_for=0.0)
        run_history = RunHistory(
            world.started,
            world.started + history.progress.at,
            history.progress.revision_changed,
            connected_since(world, at),
            history.ready_children,
            history.revisions,
            history.first_revisions,
        )
        if options is not world.options:
            world = world._replace(options=options)
        return build_view(world, self._target, obj, at, run_history)

    def _causes(
        self, world: World, view: View, assessed: Assessment, own: TargetOptions
    ) -> tuple[Cause, ...]:
        """Return all causes, with the tolerances of the user."""
        causes = (*assessed.causes, *causes_of_target(view, assessed))
        if causes and len(world.progressing) > (self._target in world.progressing):
            causes = tuple(cause._replace(may_await_other_target=True) for cause in causes)
        return own.tolerances.override(causes, _desired_pods(assessed))


def _desired_pods(assessed: Assessment) -> int:
    return assessed.progress.desired if assessed.progress else len(assessed.pods)
