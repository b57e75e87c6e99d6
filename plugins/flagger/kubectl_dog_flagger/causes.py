"""Causes of a Canary, read from the kube events of Flagger (all have the reason Synced).

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

# These events start an analysis: earlier events belong to another analysis.
_ANALYSIS_STARTS = ('New revision detected', 'Starting canary analysis')
_ROLLBACKS = ('Rolling back', 'Canary failed')
_APPROVALS = ('waiting for approval', 'waiting for promotion approval')
_MAX_EVIDENCE = 3

# In seconds: an object that Flagger needs may be created a moment later.
_TOLERANCE = 30.0


def find(view: View, phase: str) -> tuple[Cause, ...]:
    """The causes that the kube events of Flagger show in this phase."""
    if workloads.is_missing(view):
        return (_missing(view),)
    warnings = list(_warnings(view))
    if phase == 'Failed':
        return (_rolled_back(view, warnings),)
    halts = [warning for warning in warnings if _is_halt(warning)]
    if phase in ('Progressing', 'WaitingPromotion') and _failed_checks(view):
        return (_checks(view, halts),)
    if phase in ('', 'Initializing') and warnings:
        return (_stuck(view, warnings[-1]),)
    return ()


def describe(view: View) -> str:
    """The command that shows details of the Canary."""
    return f'kubectl describe canary -n {view.target.namespace} {view.target.name}'


def _missing(view: View) -> Cause:
    label = workloads.target_label(view)
    return Cause(
        code=MISSING,
        reason='NotFound',
        subject=label,
        message=f'its target {label} is not there',
        tolerance_seconds=_TOLERANCE,
        suggested_commands=(f'kubectl get {label.partition("/")[0]}s -n {view.target.namespace}',),
    )


def _checks(view: View, halts: list[str]) -> Cause:
    """Informational: Flagger itself decides by the threshold."""
    canary = view.object or {}
    failed, maximum = _failed_checks(view), analysis.threshold(canary)
    message = f'{failed} of {maximum} checks that may fail have failed'
    return Cause(
        code=CHECKS,
        reason='Halt',
        subject=view.target.name,
        message=f'{message}: {halts[-1]}' if halts else message,
        informational=True,
        evidence=_earlier_halts(halts),
        suggested_commands=(describe(view),),
    )


def _rolled_back(view: View, warnings: list[str]) -> Cause:
    canary = view.object or {}
    halts = [warning for warning in warnings if _is_halt(warning)]
    ends = [warning for warning in warnings if warning.startswith(_ROLLBACKS)]
    why = halts[-1] if halts else ends[0] if ends else ''
    message = get_str(condition(canary, 'Promoted'), 'message') or 'Canary analysis failed'
    by_checks = any('failed checks threshold' in warning for warning in ends) or bool(halts)
    return Cause(
        code=CHECKS if by_checks else ROLLED_BACK,
        reason='Failed',
        subject=view.target.name,
        message=f'it was rolled back: {why or message}',
        tolerance_seconds=0.0,
        evidence=(*_earlier_halts(halts), *(warning for warning in ends[:1] if warning != why)),
        suggested_commands=(describe(view),),
    )


def _stuck(view: View, message: str) -> Cause:
    return Cause(
        code=STUCK,
        reason='Synced',
        subject=view.target.name,
        message=message,
        # The primary may still be starting: its pods decide.
        informational='waiting for rollout to finish' in message,
        tolerance_seconds=_TOLERANCE,
        suggested_commands=(describe(view),),
    )


def _failed_checks(view: View) -> int:
    return get_int(view.object, 'status', 'failedChecks')


def _is_halt(message: str) -> bool:
    return message.startswith('Halt ') and not any(text in message for text in _APPROVALS)


def _earlier_halts(halts: list[str]) -> tuple[str, ...]:
    """Distinct earlier messages, the newest first."""
    newest = dict.fromkeys(reversed(halts[:-1]))
    return tuple(text for text in newest if text != halts[-1])[:_MAX_EVIDENCE] if halts else ()


def _warnings(view: View) -> Iterator[str]:
    """Warnings of Flagger since the analysis began, the oldest first."""
    events = view.kube_events_by_uid.get(uid(view.object or {}), ())
    starts = [at for at, event in enumerate(events) if _message(event).startswith(_ANALYSIS_STARTS)]
    for event in events[max(starts, default=0) :]:
        if event.get('type') == 'Warning':
            yield _message(event)


def _message(event: Object) -> str:
    # client-go aggregates similar events under this prefix.
    return get_str(event, 'message').replace('(combined from similar events): ', '', 1).strip()
