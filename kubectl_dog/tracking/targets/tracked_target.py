"""Track one target until it has a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.causes.tolerances import tolerance_of
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
from kubectl_dog.tracking.logs.unmatched import Seen
from kubectl_dog.tracking.targets import event_watches
from kubectl_dog.tracking.targets.change_events import ChangeEvents
from kubectl_dog.tracking.targets.evaluator import Evaluation
from kubectl_dog.tracking.targets.evaluator import Evaluator
from kubectl_dog.tracking.targets.evaluator import History
from kubectl_dog.tracking.targets.presence import Presence
from kubectl_dog.tracking.verdict import call_result
from kubectl_dog.tracking.verdict.call_result import CallTarget
from kubectl_dog.tracking.verdict.cause_clocks import remaining
from kubectl_dog.tracking.verdict.decide import Decision
from kubectl_dog.tracking.verdict.decide import Pending
from kubectl_dog.tracking.verdict.decide import advance_pending
from kubectl_dog.tracking.verdict.decide import deadlines
from kubectl_dog.tracking.verdict.decide import decide
from kubectl_dog.tracking.verdict.decide import decide_stopped
from kubectl_dog.tracking.verdict.decide import evidence_ready
from kubectl_dog.tracking.verdict.decide import is_broken
from kubectl_dog.tracking.verdict.explain import explain
from kubectl_dog.tracking.world import World


class TrackedTarget:
    """A target over time: converts evaluations to events, wants and a verdict.

    It only holds state: every rule is a pure function elsewhere.
    """

    def __init__(
        self,
        target: Target,
        tracker: Tracker,
        follow: bool = False,
        options: Options | None = None,
    ) -> None:
        """Prepare a target; `options`, if given, replace those of the call."""
        self.target = target
        self.root = Watch(target.resource, target.namespace, fields=f'metadata.name={target.name}')
        self.ended: TargetEnded | None = None
        self.tracker = tracker
        self._presence = Presence(target)
        self._evaluator = Evaluator(target, tracker, follow)
        self._follow = follow
        self._options = options
        self.may_recover = False
        self._reset()

    def _reset(self) -> None:
        """Reset the history, because another object of the same name exists now."""
        self._change_events = ChangeEvents(self.target, self._follow)
        self._evaluation: Evaluation | None = None
        self._pods: tuple[Object, ...] = ()
        self._streams = selection.Streams()
        self.related: dict[str, Object] = {}
        self._pending: Pending | None = None
        # The wants of the last evaluation, without logs and lookups for causes.
        self._reads: tuple[Want, ...] = ()

    @property
    def view(self) -> View | None:
        """The view that was evaluated last; None if the target has never existed."""
        return self._evaluation.view if self._evaluation else None

    @property
    def state(self) -> StateChanged | None:
        """The state that was reported last, if any."""
        return self._change_events.state

    @property
    def is_missing(self) -> bool:
        """Whether the target is known to be missing now."""
        return self._presence.missing

    @property
    def last_evaluation(self) -> Evaluation | None:
        """The last evaluation; None while the target is missing, unless it ended before that."""
        is_missing = self._presence.missing and self.ended is None
        return None if is_missing else self._evaluation

    def call_target(self, world: World) -> CallTarget:
        """Return the verdict and options of this target, for the result of the call."""
        evaluation = self._evaluation
        options = evaluation.options if evaluation else self.with_own_options(world).options
        if self.ended is None:
            return CallTarget(options, None, may_recover=self.may_recover)
        return CallTarget(options, self.ended.verdict, self.ended.at)

    @property
    def is_progressing(self) -> bool:
        """Whether the target is open and progressing without an active cause that could fail it."""
        evaluation = self._evaluation
        return self.ended is None and evaluation is not None and evaluation.is_progressing

    @property
    def may_await_others(self) -> bool:
        """Whether it is open and has a cause that may be due to another target."""
        clocks = self._evaluation.moment.active_clocks if self._evaluation else ()
        return self.ended is None and any(clock.cause.may_await_other_target for clock in clocks)

    def step(self, at: float, world: World) -> Iterator[Event]:
        """Evaluate the target as it is in the store now, and report all changes."""
        if self.ended is not None:
            return
        world = self.with_own_options(world)
        if self.root in world.store.listed:
            obj = next(iter(world.store.objects(self.root)), None)
            known = uid(self._evaluation.view.object or {}) if self._evaluation else ''
            if self._evaluation is not None:
                self._presence.awaits_replacement = self._evaluation.awaits_replacement
            yield from self._presence.update(at, obj, world)
            if obj is not None:
                if known and known != uid(obj):
                    self._reset()
                yield from self._evaluate(at, world, obj)
                return
            ended = self._end_deleted(at, world)
            if ended is not None:
                yield ended
                return
        verdict = self._absence_verdict(at, world)
        if verdict is not None:
            yield self.end(at, *verdict)

    def _absence_verdict(self, at: float, world: World) -> tuple[Verdict, str, str] | None:
        """Return (verdict, reason, message) if the target has been missing for too long."""
        return self._presence.verdict(at, world.options)

    def _end_deleted(self, at: float, world: World) -> TargetEnded | None:
        """End with the verdict that the object had reached before it was deleted, if any."""
        last = world.store.departed.get(self.root)
        if last is None or self._evaluation is None:
            return None
        evaluation = self._evaluator.evaluate_deleted(at, world, last, self._evaluation.history)
        decision = decide(evaluation.moment, evaluation.options) if evaluation else None
        if evaluation is None or decision is None:
            return None
        self._evaluation = evaluation
        return self._end_as(at, evaluation, decision)

    def with_own_options(self, world: World) -> World:
        """Return the world with the options of this target."""
        return world if self._options is None else world._replace(options=self._options)

    def _evaluate(self, at: float, world: World, obj: Object) -> Iterator[Event]:
        history = self._evaluation.history if self._evaluation else History()
        evaluation = self._evaluation = self._evaluator.evaluate(at, world, obj, history)
        if evaluation.history.progress.revision != history.progress.revision:
            self._streams.close()
        assessed, options = evaluation.moment.assessed, evaluation.options
        self._pods = assessed.pods + (assessed.other_pods if self._follow else ())
        related = (obj, *assessed.children, *self._pods)
        self.related = {uid(member): member for member in related}
        yield from self._change_events.events(
            at,
            assessed,
            self._pods,
            evaluation.moment.cause_clocks,
            timeouts.run_limit(
                at, options, assessed, evaluation.moment.progressed_at, world.started
            ),
        )
        desired = assessed.progress.desired if assessed.progress else 0
        notice = self._streams.capped_notice(self._pods, desired, options)
        if notice:
            yield Notice(at, self.target, notice)
        kube_events = event_watches.event_watches(self.target, self.related, self._pods)
        self._reads = (*self.tracker.wants(evaluation.view), *kube_events)
        all_listed = event_watches.is_complete(self._reads, evaluation.view, world)
        if all_listed or not options.once or at >= (options.timeout or at + 1):
            yield from self._decide(at, world, evaluation, all_listed)

    def _decide(
        self, at: float, world: World, evaluation: Evaluation, all_listed: bool
    ) -> Iterator[Event]:
        options, decision = evaluation.options, decide(evaluation.moment, evaluation.options)
        is_failure = decision is not None and decision.verdict is Verdict.FAILED
        self.may_recover = is_failure and options.fail_mode == 'end'
        if decision is None:
            self._pending = None
        elif not (self.may_recover and world.others_may_recover):
            self._pending = advance_pending(self._pending, decision, at)
            store, moment = world.store, evaluation.moment
            if evidence_ready(self._pending, moment, store, options, all_listed):
                yield self._end_as(at, evaluation, decision)

    def _end_as(self, at: float, evaluation: Evaluation, decision: Decision) -> TargetEnded:
        explanation, assessed = Explanation(), evaluation.moment.assessed
        if decision.facts is not None:
            # GitOps would apply again what a command in the cluster changes.
            may_repair = not evaluation.options.with_managed
            needs_repair = may_repair and is_broken(evaluation.moment, decision)
            explanation = explain(
                evaluation.view, assessed, decision.cause, decision.facts, needs_repair
            )
        return self.end(at, decision.verdict, decision.reason, decision.message, explanation)

    def stop(self, at: float, verdict: Verdict, message: str = '') -> TargetEnded:
        """End now with this verdict, and explain the current state."""
        if self._evaluation is None:
            return self.end(at, verdict, '', message or 'no status received yet')
        if self._presence.missing:
            return self.end(at, verdict, '', '; '.join(filter(None, (message, 'was deleted'))))
        decision = decide_stopped(self._evaluation.moment, verdict, message)
        return self._end_as(at, self._evaluation, decision)

    def end(
        self,
        at: float,
        verdict: Verdict,
        reason: str = '',
        message: str = '',
        explanation: Explanation | None = None,
    ) -> TargetEnded:
        """Record the verdict; nothing is evaluated or wanted after it."""
        assessed = self._evaluation.moment.assessed if self._evaluation else None
        # The last counts of a deleted target are true only if it had ended before.
        is_gone = self._presence.missing and not (assessed and assessed.is_terminal)
        progress = assessed.progress if assessed and not is_gone else None
        explanation = explanation or Explanation()
        options = self._evaluation.options if self._evaluation else self._options
        if options and call_result.is_ignored_failure(options, verdict):
            fact = 'this failure does not affect the exit code (fail-mode: ignore)'
            explanation = explanation._replace(facts=(*explanation.facts, fact))
        self.ended = TargetEnded(at, self.target, verdict, reason, message, progress, explanation)
        return self.ended

    @property
    def keeps_logs(self) -> bool:
        """Whether the target is ready, but its logs continue until all targets have ended."""
        if self.ended is None or self._evaluation is None:
            return False
        is_ready = self.ended.verdict is Verdict.READY
        return is_ready and self._evaluation.options.logs_until == 'end'

    def filter_lines(self, want: Logs, lines: tuple[LogLine, ...]) -> tuple[LogLine, ...]:
        """Return the lines of a log that the user wants to see."""
        return self._streams.shown(want.stream, lines)

    def seen(self, world: World) -> Seen:
        """Return what was seen of its containers and logs, to find options that match nothing."""
        streams, options = self._streams, self.call_target(world).options
        names = frozenset(streams.container_names(self._pods))
        return Seen(options, names, streams.lines, streams.matching_lines)

    def wants(self, at: float, world: World) -> Iterator[Want]:
        """Yield the reads that this target needs from now on."""
        if self.ended is not None:
            return
        world = self.with_own_options(world)
        yield self.root
        yield from self._presence.wants()
        if self._evaluation is None:
            return
        yield from self._reads
        yield from self._log_wants(at, world, self._evaluation)
        timeout = self._evaluation.options.timeout
        times_out = timeout is not None and at >= timeout - timeouts.EVIDENCE_WAIT
        for clock in self._evaluation.moment.cause_clocks.values():
            due_at = remaining(clock, at).at
            # A cause that never fails the target may still explain its time-out.
            explains_at = clock.first_seen + timeouts.EXPLANATION_WAIT
            needed_at = explains_at if due_at is None else due_at - timeouts.EVIDENCE_WAIT
            # A verdict that the object itself reports does not wait for the cause to be due.
            is_ending = world.is_ending or self._pending is not None
            is_needed = times_out or is_ending or at >= needed_at
            if is_needed:
                yield from clock.cause.lookups
            # No verdict waits for these: they are read earlier.
            if is_needed or clock.cause.terminations > 1:
                yield from clock.cause.optional_lookups

    def _log_wants(self, at: float, world: World, evaluation: Evaluation) -> Iterable[Want]:
        options, situation = evaluation.options, evaluation.moment
        # Logs that are not shown are read if they explain a cause, and not every cause has a log.
        causes = [clock.cause for clock in situation.cause_clocks.values()]
        explained = [cause for cause in causes if options.logs or cause.logs]
        failing = {pod for cause in explained for pod in cause.pods}
        # The log of an old pod is wanted only if the pod may fail the rollout.
        fatal = [cause for cause in explained if not tolerance_of(cause).is_informational]
        blocking = {pod for cause in fatal for pod in cause.pods}
        others = [
            pod
            for pod in situation.assessed.other_pods
            if name(pod) in blocking and pod not in self._pods
        ]
        pods = (*self._pods, *others)
        return self._streams.wants(at, pods, failing, world.started, options)

    def _has_lookups(self) -> bool:
        clocks = self._evaluation.moment.cause_clocks if self._evaluation else {}
        return any(clock.cause.lookups for clock in clocks.values())

    def deadline(self, at: float, world: World) -> float | None:
        """Return when to evaluate again without an item, strictly after `at`; None: never."""
        if self.ended is not None:
            return None
        world = self.with_own_options(world)
        times = self._presence.deadlines(world.options)
        options = self._evaluation.options if self._evaluation else world.options
        if options.timeout is not None:
            times.append(options.timeout)
            if self._has_lookups():
                times.append(options.timeout - timeouts.EVIDENCE_WAIT)
        if self._evaluation is not None and not self._presence.missing:
            times += deadlines(self._evaluation.moment, options, world.started)
        if self._pending is not None:
            times.append(self._pending.since + timeouts.EVIDENCE_WAIT)
        times += self._streams.deadlines
        return min((time for time in times if time > at), default=None)
