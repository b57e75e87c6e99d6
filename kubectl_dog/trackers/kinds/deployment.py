"""The tracker of a Deployment, with the updated pods of its current ReplicaSet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import is_observed
from kubectl_dog.model.objects import label_selector
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.times import epoch
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import template_diff
from kubectl_dog.trackers.stability import Stability
from kubectl_dog.trackers.stability import check_stability
from kubectl_dog.trackers.stability import startup_budget

_REVISION = 'deployment.kubernetes.io/revision'
_DEFAULT_DEADLINE = 600
# A revision younger than this may be the cause of a failure.
_RECENT_SECONDS = 3600.0
_NO_DEADLINE = 2**31 - 1


class _Rollout(NamedTuple):
    """The parts of a view that the functions below assess."""

    view: View
    deployment: Object
    newest: Object
    previous: Object
    pods: tuple[Object, ...]
    other_pods: tuple[Object, ...]
    progress: Progress
    replaced: bool


def wants(view: View) -> Sequence[Watch]:
    """Watch its ReplicaSets and pods by its selector."""
    labels = label_selector(get_dict(view.object, 'spec', 'selector'))
    namespace = view.target.namespace
    return (Watch(REPLICASETS, namespace, labels), Watch(PODS, namespace, labels))


def assess(view: View) -> Assessment:
    """Assess the counts as `kubectl rollout status` does, with additional checks."""
    rollout = _read_rollout(view)
    state, reason, message = State.PROGRESSING, '', ''
    recheck_at: float | None = None
    causes: tuple[Cause, ...] = ()
    waits_for = _waits_for(rollout)
    if is_deleting(rollout.deployment):
        state, message = State.DELETING, 'is being deleted'
    elif not is_observed(rollout.deployment):
        waits_for = 'the controller to see the change'
    elif not waits_for:
        stability = _check_stability(rollout)
        (state, waits_for, recheck_at), reason = stability, stability.reason
    elif get_dict(rollout.deployment, 'spec').get('paused') and not _is_rolled_out(
        rollout.progress
    ):
        state, reason, message = State.PAUSED, 'DeploymentPaused', 'is paused (spec.paused)'
    else:
        is_failed, recheck_at = _check_deadline(rollout)
        if is_failed:
            deadline = _deadline_seconds(rollout)
            state, reason = State.FAILED, 'ProgressDeadlineExceeded'
            message = f'made no progress for {format_duration(deadline)} (ProgressDeadlineExceeded)'
            causes = (Cause(reason, reason, rollout.view.target.name, message),)
    return Assessment(
        state=state,
        reason=reason,
        message=message,
        progress=rollout.progress,
        revision=_revision(rollout),
        pods=rollout.pods,
        other_pods=rollout.other_pods,
        children=(rollout.newest,) if rollout.newest else (),
        causes=causes,
        recheck_at=recheck_at,
        min_stall_timeout=_min_stall_timeout(rollout),
        waits_for=waits_for,
        still_serving=_still_serving(rollout),
        suggested_commands=_suggested_commands(rollout, state),
    )


def _read_rollout(view: View) -> _Rollout:
    deployment = view.object or {}
    replica_sets = [
        replica_set
        for replica_set in view.children_by_owner_uid.get(uid(deployment), ())
        if replica_set.get('kind') != 'Pod'
    ]
    current = get_str(deployment, 'metadata', 'annotations', _REVISION)
    newest = next(
        (
            replica_set
            for replica_set in replica_sets
            if _revision_of(replica_set) == current and current
        ),
        {},
    )
    past = [replica_set for replica_set in replica_sets if uid(replica_set) != uid(newest)]
    older = [replica_set for replica_set in past if get_int(replica_set, 'status', 'replicas')]
    previous = max(older, key=_revision_number, default={})
    # Until the controller observes the change, the newest ReplicaSet is the old one.
    current_uid = uid(newest) if is_observed(deployment) else ''
    pods: list[Object] = []
    other_pods: list[Object] = []
    for replica_set in replica_sets:
        replica_set_uid = uid(replica_set)
        for pod in view.children_by_owner_uid.get(replica_set_uid, ()):
            (pods if replica_set_uid == current_uid and is_living(pod) else other_pods).append(pod)
    status = get_dict(deployment, 'status')
    updated = get_int(status, 'updatedReplicas')
    progress = Progress(
        desired=get_int(deployment, 'spec', 'replicas', default=1),
        updated=updated,
        ready=get_int(status, 'readyReplicas'),
        available=get_int(status, 'availableReplicas'),
        old=max(0, get_int(status, 'replicas') - updated),
    )
    has_replaced = bool(past) and not older and view.now - created_at(newest) < _RECENT_SECONDS
    return _Rollout(
        view, deployment, newest, previous, tuple(pods), tuple(other_pods), progress, has_replaced
    )


def _revision_of(replica_set: Object) -> str:
    return get_str(replica_set, 'metadata', 'annotations', _REVISION)


def _revision_number(replica_set: Object) -> int:
    return get_int(replica_set, 'metadata', 'annotations', _REVISION)


def _waits_for(rollout: _Rollout) -> str:
    """Describe what the counts lack; empty if the rollout is done."""
    counts = rollout.progress
    if counts.updated < counts.desired:
        failure = condition(rollout.deployment, 'ReplicaFailure')
        if failure.get('status') == 'True':
            return f'pods that cannot be created: {get_str(failure, "message")}'
        pods = count_noun(counts.desired, 'pod')
        return f'{counts.desired - counts.updated} of {pods} to be updated'
    if counts.old > 0:
        return f'{count_noun(counts.old, "old pod")} to go'
    if counts.updated > counts.desired:
        return f'{count_noun(counts.updated - counts.desired, "surplus pod")} to go'
    if counts.available < counts.updated:
        pods = count_noun(counts.updated, 'pod')
        return f'{counts.updated - counts.available} of {pods} to become ready'
    return ''


def _is_rolled_out(counts: Progress) -> bool:
    """Whether a pause does not matter: no pod of another revision is left or missing."""
    return counts.updated >= counts.desired and not counts.old


def _check_stability(rollout: _Rollout) -> Stability:
    since = _available_since(rollout.deployment)
    return check_stability(rollout.view, rollout.pods, rollout.progress.desired, since)


def _available_since(deployment: Object) -> float:
    """Return when its conditions last changed; the only information without its pods."""
    stamps = (
        condition(deployment, 'Available').get('lastTransitionTime'),
        condition(deployment, 'Progressing').get('lastUpdateTime'),
    )
    return max(epoch(stamp) or 0.0 for stamp in stamps)


def _check_deadline(rollout: _Rollout) -> tuple[bool, float | None]:
    """Return whether the progress deadline was missed, or when that can be decided.

    The condition may be left from the previous revision, and names the revision. It counts at once
    only if it was set for this revision and there was no progress since; else after a full deadline
    without progress. (After an undo the ReplicaSet is older than the condition, so that the time
    alone is not enough.)
    """
    progressing = condition(rollout.deployment, 'Progressing')
    is_missed = progressing.get('reason') == 'ProgressDeadlineExceeded'
    if not is_missed or progressing.get('status') != 'False':
        return False, None
    history, now = rollout.view.run_history, rollout.view.now
    set_at = epoch(progressing.get('lastUpdateTime')) or 0.0
    is_of_newest = bool(rollout.newest) and set_at >= created_at(rollout.newest)
    names_newest = f'"{name(rollout.newest)}"' in get_str(progressing, 'message')
    if is_of_newest and names_newest and not history.revision_changed:
        return True, None
    due = history.progressed_at + _deadline_seconds(rollout)
    return (True, None) if due <= now else (False, due)


def _deadline_seconds(rollout: _Rollout) -> int:
    return get_int(rollout.deployment, 'spec', 'progressDeadlineSeconds', default=_DEFAULT_DEADLINE)


def _min_stall_timeout(rollout: _Rollout) -> float:
    pod_spec = get_dict(rollout.deployment, 'spec', 'template', 'spec')
    min_ready = get_int(rollout.deployment, 'spec', 'minReadySeconds')
    deadline = _deadline_seconds(rollout)
    # The largest possible value means that there is no deadline.
    budget = max(deadline if deadline < _NO_DEADLINE else 0, startup_budget(pod_spec), min_ready)
    return budget + 60.0


def _revision(rollout: _Rollout) -> Revision | None:
    current = get_str(rollout.deployment, 'metadata', 'annotations', _REVISION)
    if not current or not is_observed(rollout.deployment) or not rollout.newest:
        return None
    if not rollout.previous:
        return Revision(current)
    before, after = (
        get_dict(replica_set, 'spec', 'template')
        for replica_set in (rollout.previous, rollout.newest)
    )
    return Revision(
        current, _revision_of(rollout.previous), template_diff.describe_template_diff(before, after)
    )


def _still_serving(rollout: _Rollout) -> str:
    ready = get_int(rollout.previous, 'status', 'readyReplicas')
    revision = _revision_of(rollout.previous)
    counts = f'{ready}/{rollout.progress.desired}'
    return f'the old revision {revision} still serves: {counts}' if ready else ''


def _suggested_commands(rollout: _Rollout, state: State) -> tuple[str, ...]:
    target = rollout.view.target
    if state is State.PAUSED:
        return (f'kubectl rollout resume -n {target.namespace} {target.label}',)
    # An undo helps if the previous revision still has ready pods, or was just replaced.
    if not get_int(rollout.previous, 'status', 'readyReplicas') and not rollout.replaced:
        return ()
    return (f'kubectl rollout undo -n {target.namespace} {target.label}',)
