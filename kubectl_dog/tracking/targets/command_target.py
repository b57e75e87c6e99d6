"""Track one target beside a command: its verdict waits until the command has ended."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Want
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.tracking.command_state import CommandState
from kubectl_dog.tracking.targets.evaluator import Evaluation
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.verdict import failed_revisions
from kubectl_dog.tracking.verdict.decide import Decision
from kubectl_dog.tracking.verdict.decide import decide
from kubectl_dog.tracking.verdict.failed_revisions import FailedRevision
from kubectl_dog.tracking.verdict.failed_revisions import RevisionKey
from kubectl_dog.tracking.world import World

# Verdicts on a revision that does not replace the failed one.
_AFTER_ROLLBACK = (Verdict.READY, Verdict.PROGRESSING)


class CommandTarget(TrackedTarget):
    """A TrackedTarget of `kubectl dog run`.

    It keeps the explanations of failed revisions, because the command may roll back. `baseline` is
    the object before the command started; None if there was none.
    """

    def __init__(
        self,
        target: Target,
        tracker: Tracker,
        follow: bool = False,
        options: Options | None = None,
    ) -> None:
        super().__init__(target, tracker, follow, options)
        self.baseline: Object | None = None
        self._command = CommandState()
        self._settled_at: float | None = None
        self._failed = failed_revisions.NO_REVISIONS
        self._announced: set[RevisionKey] = set()
        # The revisions from before the command.
        self._earlier: set[RevisionKey] = set()

    def step(self, at: float, world: World) -> Iterator[Event]:
        """Evaluate the target as it is in the store now, and report all changes."""
        self._command = world.command or CommandState()
        if self._command.settled and self._settled_at is None:
            self._settled_at = at
        yield from super().step(at, world)

    def _evaluate(self, at: float, world: World, obj: Object) -> Iterator[Event]:
        if self._command.started_at is None:
            self.baseline = obj
        yield from super()._evaluate(at, world, obj)

    def _decide(
        self, at: float, world: World, evaluation: Evaluation, all_listed: bool
    ) -> Iterator[Event]:
        key = failed_revisions.revision_key(evaluation.view, evaluation.moment.assessed)
        if self._command.started_at is None or self._is_unchanged(evaluation):
            self._earlier.add(key)
        elif key not in self._earlier:
            self._failed = failed_revisions.add_moment(
                self._failed, evaluation.view, evaluation.moment
            )
        if self._command.settled:
            yield from super()._decide(at, world, evaluation, all_listed)
            return
        self._pending = None
        decision = decide(evaluation.moment, evaluation.options)
        is_failure = decision is not None and decision.verdict is Verdict.FAILED
        if is_failure and decision is not None and key not in self._announced | self._earlier:
            self._announced.add(key)
            cause = decision.cause
            text = f'has failed: {cause.code}: {cause.message}' if cause else decision.message
            waits = f'the verdict waits for the end of {world.options.command}'
            yield Notice(at, self.target, f'{self.target.label} {text}; {waits}')

    def _is_unchanged(self, evaluation: Evaluation) -> bool:
        """Return whether the revision is known to be that from before the command.

        It may only become known when the command has started.
        """
        obj, before = evaluation.view.object or {}, self.baseline or {}
        generation = get_int(obj, 'metadata', 'generation')
        has_revision = evaluation.moment.assessed.revision is not None
        is_same = uid(obj) == uid(before) and generation == get_int(
            before, 'metadata', 'generation'
        )
        return has_revision and is_same and generation > 0

    def _end_as(self, at: float, evaluation: Evaluation, decision: Decision) -> TargetEnded:
        """End; a target that was rolled back has failed, and the failed revision explains it."""
        assessed, failed = evaluation.moment.assessed, self._rolled_back(evaluation)
        if failed is None or (decision.verdict not in _AFTER_ROLLBACK and decision.cause):
            return super()._end_as(at, evaluation, decision)
        message, fact = failed_revisions.describe_rollback(failed, assessed)
        explanation = failed_revisions.explain_failure(failed, fact)
        if decision.verdict not in _AFTER_ROLLBACK:
            return self.end(at, decision.verdict, decision.reason, decision.message, explanation)
        reason = failed.cause.code if failed.cause else failed.assessed.reason
        return self.end(at, Verdict.FAILED, reason, message, explanation)

    def _rolled_back(self, evaluation: Evaluation) -> FailedRevision | None:
        """Return the failed revision that the command has rolled back, if any.

        A command that fails has not replaced a revision by a better one.
        """
        current = failed_revisions.revision_key(evaluation.view, evaluation.moment.assessed)
        obj = evaluation.view.object or {}
        if self._command.failed:
            return failed_revisions.replaced_failure(self._failed, current)
        if failed_revisions.has_template_of(obj, self.baseline):
            return failed_revisions.replaced_failure(self._failed, current, only_fatal=True)
        return None

    def _absence_verdict(self, at: float, world: World) -> tuple[Verdict, str, str] | None:
        if self._settled_at is None:
            return None
        existed = self._evaluation is not None
        if self._command.failed and self._presence.missing:
            if existed:
                return Verdict.DELETED, 'Deleted', 'was deleted again'
            return Verdict.NEVER_APPEARED, 'NotFound', 'did not appear before the command failed'
        appears_by = self._settled_at + world.options.create_timeout
        if not existed and at < appears_by and not self._is_timed_out(at, world.options):
            return None
        return super()._absence_verdict(at, world)

    def _is_timed_out(self, at: float, options: Options) -> bool:
        return options.timeout is not None and at >= options.timeout

    def end(
        self,
        at: float,
        verdict: Verdict,
        reason: str = '',
        message: str = '',
        explanation: Explanation | None = None,
    ) -> TargetEnded:
        """Record the verdict; explain a target that is gone by the revision that had failed."""
        if explanation is None and self._evaluation is not None:
            failed = failed_revisions.replaced_failure(self._failed, None)
            if failed is not None:
                explanation = failed_revisions.explain_failure(failed, f'it {message}')
                reason = failed.cause.code if failed.cause else reason
        if explanation is not None and self._presence.missing:
            explanation = failed_revisions.without_pods(explanation)
        return super().end(at, verdict, reason, message, explanation)

    def wants(self, at: float, world: World) -> Iterator[Want]:
        """Yield the reads of this target; evidence is read at once: a rollback may delete it."""
        yield from super().wants(at, world)
        if self.ended is None and self._evaluation is not None:
            for cause in self._evaluation.moment.active_causes:
                yield from cause.lookups

    def deadline(self, at: float, world: World) -> float | None:
        """Return when to evaluate again without an item, strictly after `at`; None: never."""
        times = [super().deadline(at, world)]
        if self.ended is None and self._settled_at is not None and self._evaluation is None:
            appears_by = self._settled_at + self.with_own_options(world).options.create_timeout
            times.append(appears_by if appears_by > at else None)
        return min((time for time in times if time is not None), default=None)
