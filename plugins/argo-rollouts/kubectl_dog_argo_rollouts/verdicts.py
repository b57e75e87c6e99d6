"""Determine the state of a Rollout: the first matching rule decides."""

from __future__ import annotations

from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import Cause
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import State
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import created_at
from kubectl_dog.tracker import deleting
from kubectl_dog.tracker import epoch
from kubectl_dog.tracker import format_duration
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_deleting
from kubectl_dog.tracker import is_ready
from kubectl_dog.tracker import min_stall_timeout as template_stall_timeout
from kubectl_dog.tracker import name
from kubectl_dog.tracker import require_stability
from kubectl_dog_argo_rollouts import analyses
from kubectl_dog_argo_rollouts import pauses
from kubectl_dog_argo_rollouts import reading
from kubectl_dog_argo_rollouts import steps
from kubectl_dog_argo_rollouts.reading import Rollout

# The default of progressDeadlineSeconds (utils/defaults).
_DEFAULT_DEADLINE = 600
# In seconds: an analysis may run this long without a status change.
_ANALYSIS_TIMEOUT = 7200.0
# In seconds: the failure that aborted the rollout may arrive this long after the abort.
_WATCH_LAG = 5.0
# In seconds: an object that the spec refers to may be applied a moment later.
_INVALID_TOLERANCE = 30.0


def judge(rollout: Rollout, assessment: Assessment) -> Assessment:
    """The assessment with its state, reason and message."""
    obj = rollout.obj
    if is_deleting(obj):
        return assessment._replace(state=State.DELETING, message=deleting(obj).message)
    if not reading.is_observed(obj, rollout.workload):
        return assessment._replace(waits_for='the controller to see the change')
    for rule in (_invalid, _aborted, _deadline_exceeded, _paused):
        result = rule(rollout, assessment)
        if result is not None:
            return result
    if get_str(rollout.status, 'phase') == 'Healthy':
        return _ready_when_stable(rollout, assessment)
    return _waiting(rollout, assessment)


def stall_timeout(rollout: Rollout) -> float:
    """The least stall time-out, in seconds, that its own settings ask for."""
    pause = pauses.find(rollout)
    slowest = _ANALYSIS_TIMEOUT if analyses.unfinished(rollout) else pause.seconds if pause else 0.0
    from_probes = template_stall_timeout(rollout.newest or rollout.obj)
    return slowest + max(from_probes, _deadline(rollout) + 60.0)


def _invalid(rollout: Rollout, assessment: Assessment) -> Assessment | None:
    """The spec, or an object it refers to, is invalid; the condition disappears with the error."""
    invalid = condition(rollout.obj, 'InvalidSpec')
    if not invalid:
        return None
    message = get_str(invalid, 'message') or 'the spec is invalid'
    cause = Cause(
        code='InvalidSpec',
        reason=get_str(invalid, 'reason') or 'InvalidSpec',
        subject=rollout.view.target.name,
        message=message,
        tolerance_seconds=_INVALID_TOLERANCE,
    )
    causes = (*assessment.causes, cause)
    return assessment._replace(causes=causes, waits_for='a spec that the controller can work with')


def _aborted(rollout: Rollout, assessment: Assessment) -> Assessment | None:
    progressing = condition(rollout.obj, 'Progressing')
    is_aborted = get_str(progressing, 'reason') == 'RolloutAborted'
    if rollout.status.get('abort') is not True:
        # A user has retried, and the controller has not observed that yet.
        return assessment._replace(waits_for='the controller to try again') if is_aborted else None
    # The controller writes the time of the abort, and removes it with the abort.
    aborted_at = (
        progressing.get('lastUpdateTime') if progressing else rollout.status.get('abortedAt')
    )
    if not is_aborted and (progressing or not aborted_at):
        return assessment._replace(waits_for='the controller to abort the update')
    due = (epoch(aborted_at) or 0.0) + _WATCH_LAG
    if rollout.view.now < due and analyses.may_lack_failure(rollout):
        return assessment._replace(waits_for='a look at what it was aborted for', recheck_at=due)
    message = f'has aborted its update{_abort_reason(rollout, progressing, assessment)}'
    return assessment._replace(state=State.FAILED, reason='RolloutAborted', message=message)


def _abort_reason(rollout: Rollout, progressing: Object, assessment: Assessment) -> str:
    """Revision and reason of the abort, as text after "has aborted its update"."""
    revision = reading.revision_of(rollout.newest)
    to = f' to revision {revision}' if revision else ''
    if assessment.causes:
        # The causes have the reason already, with details.
        return to
    message = get_str(progressing, 'message').partition(': ')[2]
    if message:
        return f'{to}: {message}'
    return f'{to} by somebody' if progressing else to


def _deadline_exceeded(rollout: Rollout, assessment: Assessment) -> Assessment | None:
    """The progress deadline is exceeded for the newest revision.

    The condition may belong to the revision before. It counts at once only if it names the newest
    ReplicaSet and is newer than that; else after a full deadline without progress.
    """
    progressing = condition(rollout.obj, 'Progressing')
    if get_str(progressing, 'reason') != 'ProgressDeadlineExceeded':
        return None
    run_history, view = rollout.view.run_history, rollout.view
    set_at = epoch(progressing.get('lastUpdateTime')) or 0.0
    names_newest = f'"{name(rollout.newest)}"' in get_str(progressing, 'message')
    due = run_history.progressed_at + _deadline(rollout)
    is_current = (
        names_newest and set_at >= created_at(rollout.newest) and not run_history.revision_changed
    )
    if not is_current and due > view.now:
        return assessment._replace(waits_for=steps.describe_missing(rollout), recheck_at=due)
    code = 'ProgressDeadlineExceeded'
    message = f'made no progress for {format_duration(_deadline(rollout))} ({code})'
    return assessment._replace(
        state=State.FAILED,
        reason=code,
        message=message,
        waits_for=steps.describe_missing(rollout),
        causes=(*assessment.causes, Cause(code, code, view.target.name, message)),
    )


def _deadline(rollout: Rollout) -> int:
    return get_int(rollout.obj, 'spec', 'progressDeadlineSeconds', default=_DEFAULT_DEADLINE)


def _paused(rollout: Rollout, assessment: Assessment) -> Assessment | None:
    if pauses.is_resuming(rollout):
        return assessment._replace(waits_for='the controller to go on')
    pause = pauses.find(rollout)
    if pause is None:
        return None
    if pause.until is not None:
        return assessment._replace(waits_for=pause.message, reason=pause.reason)
    counts = rollout.progress
    if rollout.is_promoted and min(counts.updated, counts.available) >= counts.desired:
        # As with Deployments: a pause without effect is a notice.
        notices = (*assessment.notices, 'is paused (spec.paused), and will roll out nothing')
        return _ready_when_stable(rollout, assessment._replace(notices=notices))
    return assessment._replace(state=State.PAUSED, reason=pause.reason, message=pause.message)


def _ready_when_stable(rollout: Rollout, assessment: Assessment) -> Assessment:
    """Ready, unless its pods are not seen yet or may still crash."""
    view = rollout.view
    may_look = not view.forbidden_kinds & {'Pod', 'ReplicaSet.apps'}
    if may_look and sum(map(is_ready, assessment.pods)) < rollout.progress.desired:
        return assessment._replace(waits_for='a look at its pods')
    return require_stability(view, assessment._replace(state=State.READY))


def _waiting(rollout: Rollout, assessment: Assessment) -> Assessment:
    phase, message = get_str(rollout.status, 'phase'), get_str(rollout.status, 'message')
    if phase == 'Degraded':
        message = f'is Degraded: {message}' if message else 'is Degraded'
        return assessment._replace(state=State.FAILED, reason=phase, message=message)
    measurement, at = analyses.unfinished(rollout), steps.step_label(rollout)
    if measurement:
        waits_for = ' at '.join(filter(None, (analyses.describe_measurements(measurement), at)))
        # The reason of the kube events of the controller; a new reason is an event.
        reason = f'{measurement.get("kind")}Running'
        return assessment._replace(reason=reason, waits_for=waits_for)
    return assessment._replace(waits_for=steps.describe_missing(rollout))
