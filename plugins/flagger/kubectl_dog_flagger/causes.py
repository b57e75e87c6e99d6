"""Why a canary does not get on: what Flagger tells in kube events, all with the reason Synced.

https://docs.flagger.app/usage/monitoring#logging, https://docs.flagger.app/faq
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.tracker import Cause
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import View
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import uid
from kubectl_dog_flagger import analysis
from kubectl_dog_flagger import workloads

CHECKS = 'ChecksFailed'
ROLLED_BACK = 'CanaryRolledBack'
MISSING = 'TargetMissing'
STUCK = 'FlaggerError'
CODES = (CHECKS, ROLLED_BACK, MISSING, STUCK)

# What begins an analysis: events from before are about another one.
_BEGINS = ('New revision detected', 'Starting canary analysis')
_ROLLS_BACK = ('Rolling back', 'Canary failed')
_WAITS = ('waiting for approval', 'waiting for promotion approval')
_EVIDENCE = 3

# How long, in seconds, something that Flagger needs may be missing.
_PATIENCE = 30.0


def find(view: View, phase: str) -> tuple[Cause, ...]:
    """What is wrong by what Flagger says, in the phase that it tells."""
    if workloads.is_missing(view):
        return (_missing(view),)
    said = list(_warnings(view))
    if phase == 'Failed':
        return (_rolled_back(view, said),)
    halts = [one for one in said if _is_halt(one)]
    if phase in ('Progressing', 'WaitingPromotion') and _failed_checks(view):
        return (_checks(view, halts),)
    if phase in ('', 'Initializing') and said:
        return (_stuck(view, said[-1]),)
    return ()


def describe(view: View) -> str:
    """The command that tells all of it."""
    return f'kubectl describe canary -n {view.target.namespace} {view.target.name}'


def _missing(view: View) -> Cause:
    named = workloads.named(view)
    return Cause(
        code=MISSING,
        reason='NotFound',
        subject=named,
        message=f'its target {named} is not there',
        tolerance_seconds=_PATIENCE,
        suggested_commands=(f'kubectl get {named.partition("/")[0]}s -n {view.target.namespace}',),
    )


def _checks(view: View, halts: list[str]) -> Cause:
    """Flagger decides by the threshold: until then it only explains."""
    canary = view.object or {}
    failed, most = _failed_checks(view), analysis.threshold(canary)
    message = f'{failed} of {most} checks that may fail have failed'
    return Cause(
        code=CHECKS,
        reason='Halt',
        subject=view.target.name,
        message=f'{message}: {halts[-1]}' if halts else message,
        informational=True,
        evidence=_others(halts),
        suggested_commands=(describe(view),),
    )


def _rolled_back(view: View, said: list[str]) -> Cause:
    canary = view.object or {}
    halts = [one for one in said if _is_halt(one)]
    ends = [one for one in said if one.startswith(_ROLLS_BACK)]
    why = halts[-1] if halts else ends[0] if ends else ''
    told = get_str(condition(canary, 'Promoted'), 'message') or 'Canary analysis failed'
    by_checks = any('failed checks threshold' in one for one in ends) or bool(halts)
    return Cause(
        code=CHECKS if by_checks else ROLLED_BACK,
        reason='Failed',
        subject=view.target.name,
        message=f'it was rolled back: {why or told}',
        tolerance_seconds=0.0,
        evidence=(*_others(halts), *(one for one in ends[:1] if one != why)),
        suggested_commands=(describe(view),),
    )


def _stuck(view: View, message: str) -> Cause:
    return Cause(
        code=STUCK,
        reason='Synced',
        subject=view.target.name,
        message=message,
        # It may be about a primary that is still starting: only the pods decide that.
        informational='waiting for rollout to finish' in message,
        tolerance_seconds=_PATIENCE,
        suggested_commands=(describe(view),),
    )


def _failed_checks(view: View) -> int:
    return get_int(view.object, 'status', 'failedChecks')


def _is_halt(message: str) -> bool:
    return message.startswith('Halt ') and not any(one in message for one in _WAITS)


def _others(halts: list[str]) -> tuple[str, ...]:
    """The last ones before the last, each once, the newest first."""
    newest = dict.fromkeys(reversed(halts[:-1]))
    return tuple(one for one in newest if one != halts[-1])[:_EVIDENCE] if halts else ()


def _warnings(view: View) -> Iterator[str]:
    """What Flagger warned of since the analysis began, the oldest first."""
    events = view.kube_events_by_uid.get(uid(view.object or {}), ())
    starts = [at for at, one in enumerate(events) if _message(one).startswith(_BEGINS)]
    for one in events[max(starts, default=0) :]:
        if one.get('type') == 'Warning':
            yield _message(one)


def _message(event: Object) -> str:
    # The API server's client joins similar ones under this prefix.
    return get_str(event, 'message').replace('(combined from similar events): ', '', 1).strip()
