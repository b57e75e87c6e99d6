"""From a judgement to a verdict. Pure; times are the engine's seconds."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import is_unjudged
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.pods import containers
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.tracking import timeouts
from kubectl_dog.tracking.logs.selection import is_shown
from kubectl_dog.tracking.store import Store
from kubectl_dog.tracking.verdict.cause_clocks import CauseClocks
from kubectl_dog.tracking.verdict.cause_clocks import remaining
from kubectl_dog.tracking.verdict.explain import best_explanation

# What helps where a tracker has failed.
_ADVICE = (
    'nothing else may judge it: update the package, or name another tracker (--tracker) or rules '
    '(--rules FILE)'
)


class Decision(NamedTuple):
    """A verdict that may still wait for its evidence; `tells` is what is known beside the cause."""

    verdict: Verdict
    reason: str
    message: str
    cause: Cause | None = None
    facts: str = ''


class Situation(NamedTuple):
    """What a verdict on a target that is there depends on; None: not (yet) so.

    `look_at` is when, in the server's epoch seconds, silence becomes a cause of its own.
    """

    at: float
    assessed: Assessment
    cause_clocks: CauseClocks
    moved_at: float
    paused_at: float | None
    recheck_at: float | None = None


def decide(moment: Situation, options: Options) -> Decision | None:
    """The verdict of this moment, or None while there is reason to wait."""
    if options.follow:
        return _followed(moment, options)
    verdict = _verdict(moment, options)
    return _one_look(moment) if verdict is None and options.once else verdict


def _one_look(moment: Situation) -> Decision:
    """What is known where nothing is decided: only time or counts would tell more."""
    assessed = moment.assessed
    if assessed.state is State.PAUSED:
        return Decision(Verdict.PAUSED, assessed.reason, assessed.message, None, assessed.message)
    message = f'waiting for {assessed.waits_for}' if assessed.waits_for else assessed.message
    cause = best_explanation(
        one.cause for one in moment.cause_clocks.values() if one.gone_since is None
    )
    return Decision(Verdict.PROGRESSING, assessed.reason, message, cause)


def _followed(moment: Situation, options: Options) -> Decision | None:
    """What is followed cannot fail: it ends, or the user's time is up."""
    assessed = moment.assessed
    if assessed.is_terminal:
        return Decision(Verdict.ENDED, assessed.reason, assessed.message)
    if options.exit_when_ready and assessed.state is State.READY:
        return Decision(Verdict.READY, assessed.reason, assessed.message)
    if options.exit_when_ready and is_unjudged(assessed):
        return _unjudged(assessed)
    if options.timeout is not None and moment.at >= options.timeout:
        message = f'followed for {format_duration(options.timeout)} (--timeout)'
        return Decision(Verdict.TIMED_OUT, '', message)
    return None


def _verdict(moment: Situation, options: Options) -> Decision | None:
    assessed = moment.assessed
    standing = [one.cause for one in moment.cause_clocks.values() if one.gone_since is None]
    overdue = overdue_causes(moment)
    if assessed.state is State.READY:
        return Decision(Verdict.READY, assessed.reason, assessed.message)
    if assessed.state is State.FAILED and not _is_tolerated(moment):
        cause = best_explanation(standing)
        reason = cause.code if cause else assessed.reason
        waits_for = f'; it waits for {assessed.waits_for}' if assessed.waits_for else ''
        return Decision(
            Verdict.FAILED, reason, assessed.message, cause, assessed.message + waits_for
        )
    if overdue:
        cause = best_explanation(overdue)
        assert cause is not None
        return Decision(Verdict.FAILED, cause.code, cause.message, cause)
    if is_unjudged(assessed):
        # A tracker is given up for good, so there is nothing to wait for.
        return _unjudged(assessed)
    pause = _pause_ends(moment, options)
    if pause is not None and moment.at >= pause:
        return _paused(assessed, options)
    return _too_late(moment, options, best_explanation(standing))


def _unjudged(assessed: Assessment) -> Decision:
    return Decision(Verdict.UNKNOWN, assessed.reason, assessed.message, None, _ADVICE)


def _is_tolerated(moment: Situation) -> bool:
    """Whether the user gives the failure that the target itself tells of more time."""
    return not moment.assessed.is_terminal and any(
        one.gone_since is None
        and one.cause.code == moment.assessed.reason
        and one.cause.tolerance_override is not None
        and not remaining(one, moment.at).due
        for one in moment.cause_clocks.values()
    )


def _pause_ends(moment: Situation, options: Options) -> float | None:
    """When a pause is a verdict; None where it is none."""
    if moment.paused_at is None or options.on_pause == 'wait':
        return None
    return moment.paused_at + timeouts.PAUSE_GRACE


def _paused(assessed: Assessment, options: Options) -> Decision:
    if options.on_pause == 'succeed':
        message = f'{assessed.message}, which counts as success (--on-pause=succeed)'
        return Decision(Verdict.READY, assessed.reason, message)
    tells = f'it {assessed.message}; nothing will happen until somebody resumes it'
    return Decision(Verdict.PAUSED, assessed.reason, assessed.message, None, tells)


def _too_late(moment: Situation, options: Options, cause: Cause | None) -> Decision | None:
    stalls = _stalls(moment, options)
    if options.timeout is not None and moment.at >= options.timeout:
        message = f'not ready within {format_duration(options.timeout)} (--timeout)'
    elif stalls is not None and moment.at >= stalls:
        message = f'no progress for {format_duration(stalls - moment.moved_at)} (--stall-timeout)'
    else:
        return None
    assessed = moment.assessed
    tells = f'it was waiting for {assessed.waits_for}' if assessed.waits_for else assessed.message
    return Decision(Verdict.TIMED_OUT, cause.code if cause else '', message, cause, tells)


def _stalls(moment: Situation, options: Options) -> float | None:
    """When standing still is a verdict; None while it waits for a person."""
    if moment.paused_at is not None and options.on_pause == 'wait':
        return None
    return moment.moved_at + timeouts.stall_timeout(options, moment.assessed)


def deadlines(moment: Situation, options: Options, started: float) -> list[float]:
    """When the verdict may change though nothing else does; `started` is the server's time at 0."""
    if options.follow:
        return (
            _attended(moment, started)
            if options.exit_when_ready or options.emit_timer_changes
            else []
        )
    ends = (_stalls(moment, options), _pause_ends(moment, options))
    found = [end for end in ends if end is not None]
    looks = (moment.assessed.recheck_at, moment.recheck_at)
    found += [look - started for look in looks if look is not None]
    for one in moment.cause_clocks.values():
        left = remaining(one, moment.at).at
        if one.gone_since is None and left is not None:
            found += [left, left - timeouts.EVIDENCE_WAIT]
        elif one.gone_since is None:
            found.append(one.first_seen + timeouts.EXPLANATION_WAIT)
    return found


def _attended(moment: Situation, started: float) -> list[float]:
    look = moment.assessed.recheck_at
    lefts = [
        remaining(one, moment.at).at
        for one in moment.cause_clocks.values()
        if one.gone_since is None
    ]
    return [left for left in lefts if left is not None] + ([] if look is None else [look - started])


def overdue_causes(moment: Situation) -> tuple[Cause, ...]:
    """The causes that have stood for too long: a rollout has failed by them."""
    return tuple(one.cause for one in moment.cause_clocks.values() if remaining(one, moment.at).due)


def has_evidence(decision: Decision, assessed: Assessment, store: Store, options: Options) -> bool:
    """Whether everything that the ending can hope for has been delivered: what explains it, and
    the whole log of a pod that has ended, as far as it is shown.
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
    return all(
        store.log_ends.get((log.uid, log.container), -1) >= log.instance for log in logs
    ) and all(lookup in store.answers for lookup in lookups)
