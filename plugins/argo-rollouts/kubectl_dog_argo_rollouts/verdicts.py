"""The state of a Rollout: the first of these rules that has something to say."""

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
from kubectl_dog.tracker import min_stall_timeout as patience_of
from kubectl_dog.tracker import name
from kubectl_dog.tracker import require_stability
from kubectl_dog_argo_rollouts import analyses
from kubectl_dog_argo_rollouts import pauses
from kubectl_dog_argo_rollouts import reading
from kubectl_dog_argo_rollouts import steps
from kubectl_dog_argo_rollouts.reading import Rollout

# progressDeadlineSeconds, where it is not said (utils/defaults).
_DEADLINE = 600
# Nothing tells how long a measurement takes: this long an analysis may run without a word.
_ANALYSIS = 7200.0
# So many seconds what it was aborted for may be heard of after the abort.
_LATE = 5.0
# On what the controller cannot work with: what is missing may be applied in the next moment.
_INVALID = 30.0


def judge(rollout: Rollout, judged: Assessment) -> Assessment:
    """The judgement with its state, and what it says about that."""
    thing = rollout.thing
    if is_deleting(thing):
        return judged._replace(state=State.DELETING, message=deleting(thing).message)
    if not reading.is_seen(thing, rollout.workload):
        return judged._replace(waits_for='the controller to see the change')
    for rule in (_invalid, _aborted, _too_slow, _paused):
        found = rule(rollout, judged)
        if found is not None:
            return found
    if get_str(rollout.status, 'phase') == 'Healthy':
        return _settled(rollout, judged)
    return _waiting(rollout, judged)


def patience(rollout: Rollout) -> float:
    """The least stall time-out, in seconds, that its own settings ask for."""
    pause = pauses.find(rollout)
    slowest = _ANALYSIS if analyses.awaited(rollout) else pause.seconds if pause else 0.0
    made = patience_of(rollout.newest or rollout.thing)
    return slowest + max(made, _deadline(rollout) + 60.0)


def _invalid(rollout: Rollout, judged: Assessment) -> Assessment | None:
    """The spec, or something it names, is not as it must be; the condition goes when it is."""
    found = condition(rollout.thing, 'InvalidSpec')
    if not found:
        return None
    said = get_str(found, 'message') or 'the spec is invalid'
    cause = Cause(
        code='InvalidSpec',
        reason=get_str(found, 'reason') or 'InvalidSpec',
        subject=rollout.view.target.name,
        message=said,
        tolerance_seconds=_INVALID,
    )
    causes = (*judged.causes, cause)
    return judged._replace(causes=causes, waits_for='a spec that the controller can work with')


def _aborted(rollout: Rollout, judged: Assessment) -> Assessment | None:
    told = condition(rollout.thing, 'Progressing')
    is_told = get_str(told, 'reason') == 'RolloutAborted'
    if rollout.status.get('abort') is not True:
        # Somebody has asked for another try, and nothing was seen of that yet.
        return judged._replace(waits_for='the controller to try again') if is_told else None
    # The controller writes when it has aborted, and takes that back with the abort.
    aborted_at = told.get('lastUpdateTime') if told else rollout.status.get('abortedAt')
    if not is_told and (told or not aborted_at):
        return judged._replace(waits_for='the controller to abort the update')
    due = (epoch(aborted_at) or 0.0) + _LATE
    if rollout.view.now < due and analyses.is_late(rollout):
        return judged._replace(waits_for='a look at what it was aborted for', recheck_at=due)
    message = f'has aborted its update{_aborted_for(rollout, told, judged)}'
    return judged._replace(state=State.FAILED, reason='RolloutAborted', message=message)


def _aborted_for(rollout: Rollout, told: Object, judged: Assessment) -> str:
    """Of which revision, and why, in the words that complete «has aborted its update»."""
    revision = reading.revision_of(rollout.newest)
    to = f' to revision {revision}' if revision else ''
    if judged.causes:
        # They say it already, and better.
        return to
    said = get_str(told, 'message').partition(': ')[2]
    if said:
        return f'{to}: {said}'
    return f'{to} by somebody' if told else to


def _too_slow(rollout: Rollout, judged: Assessment) -> Assessment | None:
    """The missed deadline, as far as it is to be believed.

    The condition may be left from the revision before: it is believed at once only where it names
    the newest ReplicaSet and nothing moved since, else after a full deadline without progress.
    """
    told = condition(rollout.thing, 'Progressing')
    if get_str(told, 'reason') != 'ProgressDeadlineExceeded':
        return None
    memory, view = rollout.view.run_history, rollout.view
    set_at = epoch(told.get('lastUpdateTime')) or 0.0
    names_ours = f'"{name(rollout.newest)}"' in get_str(told, 'message')
    due = memory.progressed_at + _deadline(rollout)
    is_ours = names_ours and set_at >= created_at(rollout.newest) and not memory.revision_changed
    if not is_ours and due > view.now:
        return judged._replace(waits_for=steps.missing(rollout), recheck_at=due)
    code = 'ProgressDeadlineExceeded'
    message = f'made no progress for {format_duration(_deadline(rollout))} ({code})'
    return judged._replace(
        state=State.FAILED,
        reason=code,
        message=message,
        waits_for=steps.missing(rollout),
        causes=(*judged.causes, Cause(code, code, view.target.name, message)),
    )


def _deadline(rollout: Rollout) -> int:
    return get_int(rollout.thing, 'spec', 'progressDeadlineSeconds', default=_DEADLINE)


def _paused(rollout: Rollout, judged: Assessment) -> Assessment | None:
    if pauses.is_ending(rollout):
        return judged._replace(waits_for='the controller to go on')
    pause = pauses.find(rollout)
    if pause is None:
        return None
    if pause.until is not None:
        return judged._replace(waits_for=pause.message, reason=pause.reason)
    counts = rollout.progress
    if rollout.is_promoted and min(counts.updated, counts.available) >= counts.desired:
        # As with Deployments: a pause that holds nothing up is worth a word.
        notices = (*judged.notices, 'is paused (spec.paused), and will roll out nothing')
        return _settled(rollout, judged._replace(notices=notices))
    return judged._replace(state=State.PAUSED, reason=pause.reason, message=pause.message)


def _settled(rollout: Rollout, judged: Assessment) -> Assessment:
    """Ready, unless its pods are still to be seen, or may still crash."""
    view = rollout.view
    may_look = not view.forbidden_kinds & {'Pod', 'ReplicaSet.apps'}
    if may_look and sum(map(is_ready, judged.pods)) < rollout.progress.desired:
        return judged._replace(waits_for='a look at its pods')
    return require_stability(view, judged._replace(state=State.READY))


def _waiting(rollout: Rollout, judged: Assessment) -> Assessment:
    phase, said = get_str(rollout.status, 'phase'), get_str(rollout.status, 'message')
    if phase == 'Degraded':
        message = f'is Degraded: {said}' if said else 'is Degraded'
        return judged._replace(state=State.FAILED, reason=phase, message=message)
    measured, at = analyses.awaited(rollout), steps.place(rollout)
    if measured:
        waits_for = ' at '.join(filter(None, (analyses.so_far(measured), at)))
        # The word of its own kube events; a reason that is new is told, too.
        reason = f'{measured.get("kind")}Running'
        return judged._replace(reason=reason, waits_for=waits_for)
    return judged._replace(waits_for=steps.missing(rollout))
