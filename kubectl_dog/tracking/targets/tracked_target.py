"""One target from first sight to verdict."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator

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
from kubectl_dog.tracking.verdict.decide import deadlines
from kubectl_dog.tracking.verdict.decide import decide
from kubectl_dog.tracking.verdict.decide import has_evidence
from kubectl_dog.tracking.verdict.explain import best_explanation
from kubectl_dog.tracking.verdict.explain import explain
from kubectl_dog.tracking.world import World


class TrackedTarget:
    """From looks to events, wants and a verdict; every rule is a pure function elsewhere."""

    def __init__(
        self,
        target: Target,
        tracker: Tracker,
        follow: bool = False,
        options: Options | None = None,
    ) -> None:
        """`options` are the target's own, in place of those of the whole call."""
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
        self._forget()

    def _forget(self) -> None:
        self._narrator = ChangeEvents(self.target, self._follow)
        self._judge = Evaluator(self.target, self.tracker, self._follow)
        self._seen: Evaluation | None = None
        self._shown: tuple[Object, ...] = ()
        self._streams = selection.Streams()
        self.related: dict[str, Object] = {}
        self._decided: tuple[float, Decision] | None = None
        # What the last step wants read of what it saw; None where it did not see the target.
        self._reads: tuple[Want, ...] | None = None

    @property
    def view(self) -> View | None:
        """What was judged last; None while the target was not seen."""
        return self._seen.view if self._seen else None

    @property
    def state(self) -> StateChanged | None:
        """The judgement that was told last, if any."""
        return self._narrator.state

    @property
    def last_evaluation(self) -> Evaluation | None:
        """The last look at it; None while it is not there, unless it had ended before it went."""
        return None if self._presence.missing and self.ended is None else self._seen

    def call_target(self, world: World) -> CallTarget:
        """What it is among the targets of the call."""
        options = self._seen.options if self._seen else self.with_own_options(world).options
        if self.ended is None:
            return CallTarget(options, None, may_recover=self.may_recover)
        return CallTarget(options, self.ended.verdict, self.ended.at)

    @property
    def is_progressing(self) -> bool:
        """Whether it is on its way, and nothing stands in it."""
        if self.ended is not None or self._seen is None:
            return False
        moment = self._seen.moment
        return moment.assessed.state is State.PROGRESSING and all(
            one.gone_since is not None or tolerance_of(one.cause).is_informational
            for one in moment.cause_clocks.values()
        )

    def step(self, at: float, world: World) -> Iterator[Event]:
        """Judge the present state of the store; events for everything that is new."""
        if self.ended is not None:
            return
        self._reads = None
        world = self.with_own_options(world)
        if self.root in world.store.listed:
            thing = next(iter(world.store.objects(self.root)), None)
            known = uid(self._seen.view.object or {}) if self._seen else ''
            yield from self._presence.update(at, thing, world)
            if thing is not None:
                if known and known != uid(thing):
                    self._forget()
                yield from self._look(at, world, thing)
                return
            last = world.store.departed.get(self.root)
            ended = self._judge.evaluate_deleted(at, world, last) if last and self._seen else None
            decision = decide(ended.moment, ended.options) if ended else None
            if decision is not None:
                self._seen = ended
                yield self._end_as(at, decision)
                return
        verdict = self._presence.verdict(at, world.options)
        if verdict is not None:
            yield self.end(at, *verdict)

    def _events(self) -> Iterable[Watch]:
        return event_watches.event_watches(self.target, self.related, self._shown)

    def with_own_options(self, world: World) -> World:
        """The world with the target's own options."""
        return world if self._options is None else world._replace(options=self._options)

    def _look(self, at: float, world: World, thing: Object) -> Iterator[Event]:
        look = self._seen = self._judge.evaluate(at, world, thing)
        assessed, ledger = look.moment.assessed, look.moment.cause_clocks
        self._shown = assessed.pods + (assessed.other_pods if self._follow else ())
        self.related = {uid(one): one for one in (thing, *assessed.children, *self._shown)}
        yield from self._narrator.events(at, assessed, self._shown, ledger)
        desired = assessed.progress.desired if assessed.progress else 0
        noted = self._streams.capped_notice(self._shown, desired, look.options)
        if noted:
            yield Notice(at, self.target, noted)
        self._reads = (*self.tracker.wants(look.view), *self._events())
        complete = event_watches.is_complete(self._reads, look.view, world)
        if complete or not look.options.once or at >= (look.options.timeout or at + 1):
            yield from self._decide(at, world, look, complete)

    def _decide(self, at: float, world: World, look: Evaluation, seen: bool) -> Iterator[Event]:
        in_vain = expectations.verdict(
            look.expectations, look.was_met_before, at - look.seen_at, look.options
        )
        if in_vain is not None and not self._follow:
            yield self.end(at, *in_vain)
            return
        decision = decide(look.moment, look.options)
        if decision is None:
            self._decided = None
            self.may_recover = False
            return
        is_failure = decision.verdict is Verdict.FAILED
        self.may_recover = is_failure and look.options.fail_mode == 'end'
        if self.may_recover and world.others_may_recover:
            return
        since = at
        if self._decided is not None and self._decided[1].verdict is decision.verdict:
            since = self._decided[0]
        self._decided = (since, decision)
        options = look.options
        says = decision.cause is not None and bool(decision.cause.logs)
        wants_words = options.logs or (says and not options.once)
        complete = has_evidence(decision, look.moment.assessed, world.store, options)
        # A failure that the target itself tells of is explained by what may not be listed yet.
        says_so_itself = is_failure and look.moment.assessed.state is State.FAILED
        complete = complete and (seen or not says_so_itself)
        if complete or not wants_words or at >= since + timeouts.EVIDENCE_WAIT:
            yield self._end_as(at, decision)

    def _end_as(self, at: float, decision: Decision) -> TargetEnded:
        assert self._seen is not None
        if decision.verdict in (Verdict.READY, Verdict.ENDED):
            explanation = Explanation()
        else:
            assessed = self._seen.moment.assessed
            explanation = explain(self._seen.view, assessed, decision.cause, decision.facts)
        return self.end(at, decision.verdict, decision.reason, decision.message, explanation)

    def stop(self, at: float, verdict: Verdict, message: str = '') -> TargetEnded:
        """End now, on the user's wish, with the best that can be said."""
        if self._seen is None:
            return self.end(at, verdict, '', message or 'nothing was seen of it yet')
        assessed, ledger = self._seen.moment.assessed, self._seen.moment.cause_clocks
        cause = best_explanation(one.cause for one in ledger.values() if one.gone_since is None)
        tells = f'it was waiting for {assessed.waits_for}' if assessed.waits_for else ''
        explanation = explain(self._seen.view, assessed, cause, tells)
        said = message or assessed.message
        if message and cause:
            said = f'{message}; {cause.code}: {cause.message}'
        return self.end(at, verdict, cause.code if cause else '', said, explanation)

    def end(
        self,
        at: float,
        verdict: Verdict,
        reason: str = '',
        message: str = '',
        explanation: Explanation | None = None,
    ) -> TargetEnded:
        """Record the verdict; nothing is judged or wanted after it."""
        progress = self._seen.moment.assessed.progress if self._seen else None
        explanation = explanation or Explanation()
        options = self._seen.options if self._seen else self._options
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
        """Whether it is ready, and its logs go on until all targets are."""
        ready = self.ended is not None and self.ended.verdict is Verdict.READY
        return ready and self._seen is not None and self._seen.options.logs_until == 'end'

    def filter_lines(self, want: Logs, lines: tuple[LogLine, ...]) -> tuple[LogLine, ...]:
        """Those lines of a log that the user wants to see."""
        return self._streams.shown(want.stream, lines)

    def wants(self, at: float, world: World) -> Iterator[Want]:
        """What should be read for this target from now on."""
        if self.ended is not None:
            return
        world = self.with_own_options(world)
        yield self.root
        yield from self._presence.wants()
        if self._seen is None:
            return
        ledger = self._seen.moment.cause_clocks
        if self._reads is None:
            self._reads = (*self.tracker.wants(self._seen.view), *self._events())
        yield from self._reads
        options = self._seen.options
        # What is not shown is read for what it explains, and not every cause is explained by a log.
        telling = [one.cause for one in ledger.values() if options.logs or one.cause.logs]
        failing = {pod for cause in telling for pod in cause.pods}
        # An old pod may be what stands in the way: its words are wanted, too.
        others = [one for one in self._seen.moment.assessed.other_pods if name(one) in failing]
        pods = (*self._shown, *(one for one in others if one not in self._shown))
        yield from self._streams.wants(at, pods, failing, world.started, options)
        for one in ledger.values():
            left = remaining(one, at).at
            if left is not None and at >= left - timeouts.EVIDENCE_WAIT:
                yield from one.cause.lookups

    def deadline(self, at: float, world: World) -> float | None:
        """When to look again though nothing was delivered, strictly after `at`; None: never."""
        if self.ended is not None:
            return None
        world = self.with_own_options(world)
        found = self._presence.deadlines(world.options)
        options = self._seen.options if self._seen else world.options
        if options.timeout is not None:
            found.append(options.timeout)
        if self._seen is not None and not self._presence.missing:
            found += deadlines(self._seen.moment, options, world.started)
        if self._decided is not None:
            found.append(self._decided[0] + timeouts.EVIDENCE_WAIT)
        found += self._streams.deadlines
        return min((moment for moment in found if moment > at), default=None)
