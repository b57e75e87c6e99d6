"""Decide the verdict of a target from its assessment and causes. Times are engine seconds."""

from __future__ import annotations

from kubectl_dog.causes.rollout import OLD_POD_UNREADY_SECONDS
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import is_unjudged
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.pods import containers
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.tracking import timeouts
from kubectl_dog.tracking.logs.selection import is_shown
from kubectl_dog.tracking.store import Store
from kubectl_dog.tracking.verdict.cause_clocks import CauseClock
from kubectl_dog.tracking.verdict.cause_clocks import CauseClocks
from kubectl_dog.tracking.verdict.cause_clocks import remaining
from kubectl_dog.tracking.verdict.explain import best_explanation

# What the user can do if a tracker has failed.
_ADVICE = (
    'no other tracker is tried: update the package, or select another tracker (--tracker) or '
    'rules (--rules FILE)'
)


class Decision(NamedTuple):
    """A verdict that may still wait for its evidence.

    `facts` is what is known beside the cause; None if the message explains the verdict already.
    """

    verdict: Verdict
    reason: str
    message: str
    cause: Cause | None = None
    facts: str | None = None


class Pending(NamedTuple):
    """A decision that waits for its evidence, and the time since its verdict is the same."""

    since: float
    decision: Decision


class Situation(NamedTuple):
    """All data that the verdict of an existing target depends on.

    `progressed_at` is when it last made progress, `paused_at` since when it is paused (None: it is
    not). `recheck_at` is when, in the server's epoch seconds, silence becomes a cause of its own.
    `pin_verdict` is that of a target that has another revision or image than expected.
    """

    at: float
    assessed: Assessment
    cause_clocks: CauseClocks
    progressed_at: float
    paused_at: float | None
    recheck_at: float | None = None
    pin_verdict: tuple[Verdict, str, str] | None = None

    @property
    def active_clocks(self) -> list[CauseClock]:
        """The clocks of the causes that still apply."""
        return [clock for clock in self.cause_clocks.values() if clock.gone_since is None]

    @property
    def active_causes(self) -> list[Cause]:
        """The causes that still apply."""
        return [clock.cause for clock in self.active_clocks]


def decide(situation: Situation, options: Options) -> Decision | None:
    """Return the current verdict, or None while there is a reason to wait."""
    if options.follow:
        return _decide_followed(situation, options)
    if situation.pin_verdict is not None:
        return Decision(*situation.pin_verdict)
    decision = _decide_rollout(situation, options)
    return _decide_once(situation) if decision is None and options.once else decision


def _decide_once(situation: Situation) -> Decision:
    """Return the result of a single evaluation that leads to no verdict."""
    assessed = situation.assessed
    if assessed.state is State.PAUSED:
        return Decision(Verdict.PAUSED, assessed.reason, assessed.message, None, assessed.message)
    message = f'waiting for {assessed.waits_for}' if assessed.waits_for else assessed.message
    cause = best_explanation(situation.active_causes)
    return Decision(Verdict.PROGRESSING, assessed.reason, message, cause, '')


def _decide_followed(situation: Situation, options: Options) -> Decision | None:
    """Decide about a followed target, which cannot fail: it ends, or the timeout expires."""
    assessed = situation.assessed
    if assessed.is_terminal:
        return Decision(Verdict.ENDED, assessed.reason, assessed.message)
    if options.exit_when_ready and assessed.state is State.READY:
        return Decision(Verdict.READY, assessed.reason, assessed.message)
    if options.exit_when_ready and is_unjudged(assessed):
        return decide_unjudged(assessed)
    if options.timeout is not None and situation.at >= options.timeout:
        message = f'followed for {format_duration(options.timeout)} (--timeout)'
        return Decision(Verdict.TIMED_OUT, '', message, None, '')
    return None


def _decide_rollout(situation: Situation, options: Options) -> Decision | None:
    assessed = situation.assessed
    if assessed.state is State.READY:
        return Decision(Verdict.READY, assessed.reason, assessed.message)
    if assessed.state is State.FAILED and not _is_tolerated(situation):
        cause = best_explanation(situation.active_causes)
        reason = cause.code if cause else assessed.reason
        waits_for = f'; it waits for {assessed.waits_for}' if assessed.waits_for else ''
        return Decision(
            Verdict.FAILED, reason, assessed.message, cause, assessed.message + waits_for
        )
    cause = best_explanation(overdue_causes(situation))
    if cause is not None:
        return Decision(Verdict.FAILED, cause.code, cause.message, cause, '')
    if is_unjudged(assessed):
        # A tracker that has failed is never used again, so there is nothing to wait for.
        return decide_unjudged(assessed)
    pause_ends_at = _pause_ends_at(situation, options)
    if pause_ends_at is not None and situation.at >= pause_ends_at:
        return _decide_paused(assessed, options)
    return _decide_timeout(situation, options)


def decide_unjudged(assessed: Assessment) -> Decision:
    """Return the verdict of a target whose tracker has failed."""
    return Decision(Verdict.UNKNOWN, assessed.reason, assessed.message, None, _ADVICE)


def _is_tolerated(situation: Situation) -> bool:
    """Return whether the user tolerates the failure that the object itself reports."""
    return not situation.assessed.is_terminal and any(
        clock.cause.code == situation.assessed.reason
        and clock.cause.tolerance_override is not None
        and not remaining(clock, situation.at).due
        for clock in situation.active_clocks
    )


def _pause_ends_at(situation: Situation, options: Options) -> float | None:
    """Return when a pause becomes a verdict; None if it never does."""
    if situation.paused_at is None or options.on_pause == 'wait':
        return None
    return situation.paused_at + timeouts.PAUSE_GRACE


def _decide_paused(assessed: Assessment, options: Options) -> Decision:
    if options.on_pause == 'succeed':
        message = f'{assessed.message}: treated as ready (--on-pause=succeed)'
        return Decision(Verdict.READY, assessed.reason, message)
    fact = f'it {assessed.message}; it does not continue by itself'
    return Decision(Verdict.PAUSED, assessed.reason, assessed.message, None, fact)


def _decide_timeout(situation: Situation, options: Options) -> Decision | None:
    stalls_at = _stalls_at(situation, options)
    if options.timeout is not None and situation.at >= options.timeout:
        message = f'not ready within {format_duration(options.timeout)} (--timeout)'
    elif stalls_at is not None and situation.at >= stalls_at:
        stalled = format_duration(stalls_at - situation.progressed_at)
        message = f'no progress for {stalled} (--stall-timeout)'
    else:
        return None
    assessed, cause = situation.assessed, best_explanation(situation.active_causes)
    fact = f'it was waiting for {assessed.waits_for}' if assessed.waits_for else assessed.message
    return Decision(Verdict.TIMED_OUT, cause.code if cause else '', message, cause, fact)


def _stalls_at(situation: Situation, options: Options) -> float | None:
    """Return when missing progress becomes a verdict; None while a manual action is awaited."""
    if situation.paused_at is not None and options.on_pause == 'wait':
        return None
    return situation.progressed_at + timeouts.stall_timeout(options, situation.assessed)


def decide_stopped(situation: Situation, verdict: Verdict, message: str) -> Decision:
    """Return the decision if tracking stops now with this verdict."""
    assessed = situation.assessed
    if verdict is Verdict.ENDED and is_unjudged(assessed):
        # The end of a recording is no success if the tracker has failed.
        return decide_unjudged(assessed)
    cause = best_explanation(situation.active_causes)
    if message and cause:
        message = f'{message}; {cause.code}: {cause.message}'
    is_explained = verdict is Verdict.PROGRESSING and cause is not None
    fact = f'it was waiting for {assessed.waits_for}' if assessed.waits_for else ''
    fact = '' if is_explained else fact
    code = cause.code if cause else ''
    return Decision(verdict, code, message or assessed.message, cause, fact)


def is_broken(situation: Situation, decision: Decision) -> bool:
    """Whether anything is known to need repair: only then a destructive command may help."""
    if situation.assessed.state is State.DELETING:
        return False
    if decision.verdict is Verdict.FAILED:
        return True
    if any(not tolerance_of(cause).is_informational for cause in situation.active_causes):
        return True
    # A pod that fails its readiness probe may only be starting.
    has_stalled = situation.at - situation.progressed_at >= OLD_POD_UNREADY_SECONDS
    return decision.verdict is Verdict.TIMED_OUT and decision.cause is not None and has_stalled


def deadlines(situation: Situation, options: Options, started: float) -> list[float]:
    """Return when time alone may change the verdict; `started` is the server's time at 0."""
    assessed = situation.assessed
    if options.follow:
        is_timed = options.exit_when_ready or options.emit_timer_changes
        return _followed_deadlines(situation, started) if is_timed else []
    ends = (_stalls_at(situation, options), _pause_ends_at(situation, options))
    times = [end for end in ends if end is not None]
    rechecks = (assessed.recheck_at, situation.recheck_at)
    times += [recheck - started for recheck in rechecks if recheck is not None]
    for clock in situation.active_clocks:
        due_at = remaining(clock, situation.at).at
        if due_at is None:
            times.append(clock.first_seen + timeouts.EXPLANATION_WAIT)
        else:
            times += [due_at, due_at - timeouts.EVIDENCE_WAIT]
    return times


def _followed_deadlines(situation: Situation, started: float) -> list[float]:
    recheck_at = situation.assessed.recheck_at
    due = [remaining(clock, situation.at).at for clock in situation.active_clocks]
    times = [due_at for due_at in due if due_at is not None]
    return times if recheck_at is None else [*times, recheck_at - started]


def overdue_causes(situation: Situation) -> tuple[Cause, ...]:
    """Return the causes that have lasted longer than their tolerance."""
    return tuple(
        clock.cause
        for clock in situation.cause_clocks.values()
        if remaining(clock, situation.at).due
    )


def advance_pending(pending: Pending | None, decision: Decision, at: float) -> Pending:
    """Return the pending verdict with its newest decision; a new verdict starts a new wait."""
    is_same = pending is not None and pending.decision.verdict is decision.verdict
    return Pending(pending.since if pending is not None and is_same else at, decision)


def evidence_ready(
    pending: Pending, situation: Situation, store: Store, options: Options, all_listed: bool
) -> bool:
    """Return whether the evidence of a verdict is there, or was waited for long enough.

    `all_listed` says that all objects behind the target have been listed.
    """
    if situation.at >= pending.since + timeouts.EVIDENCE_WAIT:
        return True
    decision, assessed = pending.decision, situation.assessed
    has_logs = decision.cause is not None and bool(decision.cause.logs)
    if not options.logs and (options.once or not has_logs):
        return True
    # A failure that the object reports itself may be explained by objects not listed yet.
    is_reported = decision.verdict is Verdict.FAILED and assessed.state is State.FAILED
    return (all_listed or not is_reported) and has_evidence(decision, assessed, store, options)


def has_evidence(decision: Decision, assessed: Assessment, store: Store, options: Options) -> bool:
    """Return whether all logs and lookups that explain a verdict have been delivered.

    Of a pod that has ended, the whole log is evidence, as far as it is shown. Logs that may not be
    read are not waited for.
    """
    logs = [*decision.cause.logs] if decision.cause else []
    if assessed.is_terminal:
        logs += [
            LogRef(uid(pod), container.name, container.terminated_instance)
            for pod in assessed.pods
            for container in containers(pod)
            if container.has_started and is_shown(container.name, options)
        ]
    lookups = decision.cause.lookups if decision.cause else ()
    has_logs = LOGS in store.forbidden_kinds or all(
        store.log_ends.get((log.uid, log.container), -1) >= log.instance for log in logs
    )
    return has_logs and all(lookup in store.answers for lookup in lookups)
