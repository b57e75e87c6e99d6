"""Track one target until it has a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

from kubectl_dog.causes.catalogue import tolerance_of
from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.tracking import timeouts
from kubectl_dog.tracking.logs import selection
from kubectl_dog.tracking.targets import event_watches
from kubectl_dog.tracking.targets.change_events import ChangeEvents
from kubectl_dog.tracking.targets.evaluator import Evaluation
from kubectl_dog.tracking.targets.evaluator import Evaluator
from kubectl_dog.tracking.targets.presence import Presence
from kubectl_dog.tracking.verdict import call_result
from kubectl_dog.tracking.verdict import expectations
from kubectl_dog.tracking.verdict.call_result import CallTarget
from kubectl_dog.tracking.verdict.cause_clocks import remaining
from kubectl_dog.tracking.verdict.decide import Decision
from kubectl_dog.tracking.verdict.decide import awaits_evidence
from kubectl_dog.tracking.verdict.decide import deadlines
from kubectl_dog.tracking.verdict.decide import decide
from kubectl_dog.tracking.verdict.explain import best_explanation
from kubectl_dog.tracking.verdict.explain import explain
from kubectl_dog.tracking.world import World


class _PendingVerdict(NamedTuple):
    """A decision that waits for its evidence, and since when its verdict has been the same."""

    since: float
    decision: Decision


class TrackedTarget:
    """Turns evaluations of one target into events, wants and a verdict.

    It only holds state: every rule is a pure function elsewhere.
    """

    def __init__(
        self,
        target: Target,
        tracker: Tracker,
        follow: bool = False,
        options: Options | None = None,
    ) -> None:
        """`options`, if given, replace those of the call for this target."""
        self.target = target
        self.root = Watch(
            target.resource,
            target.namespace,
            fields=f'metadata.name={target.name}',
        )
        self.ended: TargetEnded | None = None
        self.tracker = tracker
        self._presence = Presence(target)
        self._follow = follow
        self._options = options
        self.may_recover = False
        self._reset()

    def _reset(self) -> None:
        """Forget the object: another one of the same name has taken its place."""
        self._change_events = ChangeEvents(self.target, self._follow)
        self._evaluator = Evaluator(self.target, self.tracker, self._follow)
        self._evaluation: Evaluation | None = None
        self._pods: tuple[Object, ...] = ()
        self._streams = selection.Streams()
        self.related: dict[str, Object] = {}
        self._pending: _PendingVerdict | None = None
        # The wants of the last evaluation; None if the last step made none.
        self._reads: tuple[Want, ...] | None = None

    @property
    def view(self) -> View | None:
        """The view that was evaluated last; None if the target was never there."""
        return self._evaluation.view if self._evaluation else None

    @property
    def state(self) -> StateChanged | None:
        """The state that was reported last, if any."""
        return self._change_events.state

    @property
    def last_evaluation(self) -> Evaluation | None:
        """The last evaluation; None while the target is missing, unless it had ended before."""
        is_missing = self._presence.missing and self.ended is None
        return None if is_missing else self._evaluation

    def call_target(self, world: World) -> CallTarget:
        """The verdict and the options of this target, as the result of the call needs them."""
        options = (
            self._evaluation.options if self._evaluation else self.with_own_options(world).options
        )
        if self.ended is None:
            return CallTarget(options, None, may_recover=self.may_recover)
        return CallTarget(options, self.ended.verdict, self.ended.at)

    @property
    def is_progressing(self) -> bool:
        """Whether it is progressing, and no active cause stands in its way."""
        if self.ended is not None or self._evaluation is None:
            return False
        situation = self._evaluation.moment
        return situation.assessed.state is State.PROGRESSING and all(
            clock.gone_since is not None or tolerance_of(clock.cause).is_informational
            for clock in situation.cause_clocks.values()
        )

    def step(self, at: float, world: World) -> Iterator[Event]:
        """Evaluate the target as the store has it now, and report everything that is new."""
        if self.ended is not None:
            return
        self._reads = None
        world = self.with_own_options(world)
        if self.root in world.store.listed:
            obj = next(iter(world.store.objects(self.root)), None)
            known = uid(self._evaluation.view.object or {}) if self._evaluation else ''
            yield from self._presence.update(at, obj, world)
            if obj is not None:
                if known and known != uid(obj):
                    self._reset()
                yield from self._evaluate(at, world, obj)
                return
            decision = self._decide_deleted(at, world)
            if decision is not None:
                yield self._end_as(at, decision)
                return
        verdict = self._presence.verdict(at, world.options)
        if verdict is not None:
            yield self.end(at, *verdict)

    def _decide_deleted(self, at: float, world: World) -> Decision | None:
        """The verdict that the object had reached before it was deleted, if any."""
        last = world.store.departed.get(self.root)
        if last is None or self._evaluation is None:
            return None
        evaluation = self._evaluator.evaluate_deleted(at, world, last)
        decision = decide(evaluation.moment, evaluation.options) if evaluation else None
        if decision is not None:
            self._evaluation = evaluation
        return decision

    def _event_watches(self) -> Iterable[Watch]:
        return event_watches.event_watches(self.target, self.related, self._pods)

    def with_own_options(self, world: World) -> World:
        """The world with the options of this target."""
        return world if self._options is None else world._replace(options=self._options)

    def _evaluate(self, at: float, world: World, obj: Object) -> Iterator[Event]:
        evaluation = self._evaluation = self._evaluator.evaluate(at, world, obj)
        assessed, options = evaluation.moment.assessed, evaluation.options
        self._pods = assessed.pods + (assessed.other_pods if self._follow else ())
        related = (obj, *assessed.children, *self._pods)
        self.related = {uid(member): member for member in related}
        yield from self._change_events.events(
            at, assessed, self._pods, evaluation.moment.cause_clocks
        )
        desired = assessed.progress.desired if assessed.progress else 0
        notice = self._streams.capped_notice(self._pods, desired, options)
        if notice:
            yield Notice(at, self.target, notice)
        self._reads = (*self.tracker.wants(evaluation.view), *self._event_watches())
        all_listed = event_watches.is_complete(self._reads, evaluation.view, world)
        if all_listed or not options.once or at >= (options.timeout or at + 1):
            yield from self._decide(at, world, evaluation, all_listed)

    def _decide(
        self, at: float, world: World, evaluation: Evaluation, all_listed: bool
    ) -> Iterator[Event]:
        options = evaluation.options
        unmet = expectations.verdict(
            evaluation.expectations, evaluation.was_met_before, at - evaluation.seen_at, options
        )
        if unmet is not None and not self._follow:
            yield self.end(at, *unmet)
            return
        decision = decide(evaluation.moment, options)
        is_failure = decision is not None and decision.verdict is Verdict.FAILED
        self.may_recover = is_failure and options.fail_mode == 'end'
        if decision is None:
            self._pending = None
            return
        if self.may_recover and world.others_may_recover:
            return
        since = at
        if self._pending is not None and self._pending.decision.verdict is decision.verdict:
            since = self._pending.since
        self._pending = _PendingVerdict(since, decision)
        is_late = at >= since + timeouts.EVIDENCE_WAIT
        assessed, store = evaluation.moment.assessed, world.store
        if is_late or not awaits_evidence(decision, assessed, store, options, all_listed):
            yield self._end_as(at, decision)

    def _end_as(self, at: float, decision: Decision) -> TargetEnded:
        assert self._evaluation is not None
        if decision.verdict in (Verdict.READY, Verdict.ENDED):
            explanation = Explanation()
        else:
            assessed = self._evaluation.moment.assessed
            explanation = explain(self._evaluation.view, assessed, decision.cause, decision.facts)
        return self.end(at, decision.verdict, decision.reason, decision.message, explanation)

    def stop(self, at: float, verdict: Verdict, message: str = '') -> TargetEnded:
        """End now with this verdict, and explain the present state."""
        if self._evaluation is None:
            return self.end(at, verdict, '', message or 'nothing was seen of it yet')
        assessed, clocks = self._evaluation.moment.assessed, self._evaluation.moment.cause_clocks
        cause = best_explanation(
            clock.cause for clock in clocks.values() if clock.gone_since is None
        )
        fact = f'it was waiting for {assessed.waits_for}' if assessed.waits_for else ''
        explanation = explain(self._evaluation.view, assessed, cause, fact)
        if message and cause:
            message = f'{message}; {cause.code}: {cause.message}'
        code = cause.code if cause else ''
        return self.end(at, verdict, code, message or assessed.message, explanation)

    def end(
        self,
        at: float,
        verdict: Verdict,
        reason: str = '',
        message: str = '',
        explanation: Explanation | None = None,
    ) -> TargetEnded:
        """Record the verdict; nothing is evaluated or wanted after it."""
        progress = self._evaluation.moment.assessed.progress if self._evaluation else None
        explanation = explanation or Explanation()
        options = self._evaluation.options if self._evaluation else self._options
        if options and call_result.is_ignored_failure(options, verdict):
            facts = (*explanation.facts, 'this failure counts for nothing (fail-mode: ignore)')
            explanation = explanation._replace(facts=facts)
        self.ended = TargetEnded(
            at,
            self.target,
            verdict,
            reason,
            message,
            progress,
            explanation,
        )
        return self.ended

    @property
    def keeps_logs(self) -> bool:
        """Whether it is ready, and its logs go on until all targets have ended."""
        if self.ended is None or self._evaluation is None:
            return False
        is_ready = self.ended.verdict is Verdict.READY
        return is_ready and self._evaluation.options.logs_until == 'end'

    def filter_lines(self, want: Logs, lines: tuple[LogLine, ...]) -> tuple[LogLine, ...]:
        """The lines of a log that the user wants to see."""
        return self._streams.shown(want.stream, lines)

    def wants(self, at: float, world: World) -> Iterator[Want]:
        """What should be read for this target from now on."""
        if self.ended is not None:
            return
        world = self.with_own_options(world)
        yield self.root
        yield from self._presence.wants()
        if self._evaluation is None:
            return
        if self._reads is None:
            self._reads = (*self.tracker.wants(self._evaluation.view), *self._event_watches())
        yield from self._reads
        yield from self._log_wants(at, world, self._evaluation)
        for clock in self._evaluation.moment.cause_clocks.values():
            due_at = remaining(clock, at).at
            if due_at is not None and at >= due_at - timeouts.EVIDENCE_WAIT:
                yield from clock.cause.lookups

    def _log_wants(self, at: float, world: World, evaluation: Evaluation) -> Iterable[Want]:
        options, situation = evaluation.options, evaluation.moment
        # Logs that are not shown are read if they explain a cause, and not every cause has a log.
        causes = [clock.cause for clock in situation.cause_clocks.values()]
        explained = [cause for cause in causes if options.logs or cause.logs]
        failing = {pod for cause in explained for pod in cause.pods}
        # An old pod may block the rollout: its log is wanted, too.
        others = [
            pod
            for pod in situation.assessed.other_pods
            if name(pod) in failing and pod not in self._pods
        ]
        pods = (*self._pods, *others)
        return self._streams.wants(at, pods, failing, world.started, options)

    def deadline(self, at: float, world: World) -> float | None:
        """When to evaluate again though no item came, strictly after `at`; None: never."""
        if self.ended is not None:
            return None
        world = self.with_own_options(world)
        times = self._presence.deadlines(world.options)
        options = self._evaluation.options if self._evaluation else world.options
        if options.timeout is not None:
            times.append(options.timeout)
        if self._evaluation is not None and not self._presence.missing:
            times += deadlines(self._evaluation.moment, options, world.started)
        if self._pending is not None:
            times.append(self._pending.since + timeouts.EVIDENCE_WAIT)
        times += self._streams.deadlines
        return min((time for time in times if time > at), default=None)
