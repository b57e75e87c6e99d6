"""Tracker for Deployments, by the updated pods of the current ReplicaSet."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import RevisionTemplates
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
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
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.times import epoch
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import pod_controllers
from kubectl_dog.trackers import undo
from kubectl_dog.trackers.observed_generation import WAITS_FOR_OBSERVATION
from kubectl_dog.trackers.stability import with_stability

_REVISION = 'deployment.kubernetes.io/revision'
_DEFAULT_DEADLINE = 600
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
    past: tuple[Object, ...]


def wants(view: View) -> Sequence[Watch]:
    """Watch ReplicaSets and pods by the selector."""
    labels = label_selector(get_dict(view.object, 'spec', 'selector'))
    namespace = view.target.namespace
    return (Watch(REPLICASETS, namespace, labels), Watch(PODS, namespace, labels))


def assess(view: View) -> Assessment:
    """Assess the counts as `kubectl rollout status` does, with additional checks."""
    rollout = _read_rollout(view)
    assessment = _decide_state(
        rollout,
        Assessment(
            state=State.PROGRESSING,
            progress=rollout.progress,
            revision=_revision(rollout),
            pods=rollout.pods,
            other_pods=rollout.other_pods,
            children=(rollout.newest,) if rollout.newest else (),
            min_stall_timeout=_min_stall_timeout(rollout),
            waits_for=_waits_for(rollout),
            deadline_at=_deadline_at(rollout),
            still_serving=_still_serving(rollout),
        ),
    )
    if assessment.state is State.PAUSED:
        target = view.target
        command = f'kubectl rollout resume -n {target.namespace} {target.label}'
        return assessment._replace(suggested_commands=(command,))
    return _with_earlier_revision(rollout, assessment) if rollout.past else assessment


def _decide_state(rollout: _Rollout, assessment: Assessment) -> Assessment:
    deployment, counts = rollout.deployment, rollout.progress
    if is_deleting(deployment):
        return assessment._replace(state=State.DELETING, message='is being deleted')
    if not is_observed(deployment):
        return assessment._replace(waits_for=WAITS_FOR_OBSERVATION)
    if not assessment.waits_for:
        since = _available_since(deployment)
        return with_stability(rollout.view, assessment, counts.desired, since)
    # A pause does not matter if no pod of another revision is left or missing.
    is_rolled_out = counts.updated >= counts.desired and not counts.old
    if get_dict(deployment, 'spec').get('paused') and not is_rolled_out:
        return assessment._replace(
            state=State.PAUSED, reason='DeploymentPaused', message='is paused (spec.paused)'
        )
    is_failed, recheck_at = _check_deadline(rollout)
    if not is_failed:
        return assessment._replace(recheck_at=recheck_at)
    reason, deadline = 'ProgressDeadlineExceeded', format_duration(_deadline_seconds(rollout))
    message = f'made no progress for {deadline} ({reason})'
    cause = Cause(reason, reason, rollout.view.target.name, message)
    return assessment._replace(state=State.FAILED, reason=reason, message=message, causes=(cause,))


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
    past = sorted(
        (replica_set for replica_set in replica_sets if uid(replica_set) != uid(newest)),
        key=_revision_number,
    )
    older = [replica_set for replica_set in past if get_int(replica_set, 'status', 'replicas')]
    previous = older[-1] if older else {}
    # Until the controller observes the change, the newest ReplicaSet is the old one.
    current_uid = uid(newest) if is_observed(deployment) else ''
    pods: list[Object] = []
    other_pods: list[Object] = []
    for replica_set in replica_sets:
        replica_set_uid = uid(replica_set)
        for pod in view.children_by_owner_uid.get(replica_set_uid, ()):
            (pods if replica_set_uid == current_uid and is_living(pod) else other_pods).append(pod)
    progress = pod_controllers.replica_progress(deployment)
    return _Rollout(
        view, deployment, newest, previous, tuple(pods), tuple(other_pods), progress, tuple(past)
    )


def _revision_of(replica_set: Object) -> str:
    return get_str(replica_set, 'metadata', 'annotations', _REVISION)


def _revision_number(replica_set: Object) -> int:
    return get_int(replica_set, 'metadata', 'annotations', _REVISION)


def _waits_for(rollout: _Rollout) -> str:
    """Describe which counts are too low; empty if the rollout is done."""
    counts = rollout.progress
    unready = sum(not is_ready(pod) for pod in rollout.pods)
    return (
        pod_controllers.cannot_be_created(rollout.deployment, counts)
        or pod_controllers.to_be_updated(counts, counts.desired)
        # Old pods stay until the new ones are ready.
        or (f'{count_noun(unready, "new pod")} to become ready' if counts.old and unready else '')
        or (f'{count_noun(counts.old, "old pod")} to terminate' if counts.old else '')
        or pod_controllers.surplus(counts, counts.updated)
        or pod_controllers.to_become_ready(counts, counts.updated)
    )


def _available_since(deployment: Object) -> float:
    """Return when the conditions last changed; without pods, nothing else is known."""
    stamps = (
        condition(deployment, 'Available').get('lastTransitionTime'),
        condition(deployment, 'Progressing').get('lastUpdateTime'),
    )
    return max(epoch(stamp) or 0.0 for stamp in stamps)


def _check_deadline(rollout: _Rollout) -> tuple[bool, float | None]:
    """Return whether the progress deadline was exceeded, or when it will be known.

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


def _deadline_at(rollout: _Rollout) -> float | None:
    """Return when the controller reports that the deadline is exceeded, without progress."""
    progressed_at = epoch(condition(rollout.deployment, 'Progressing').get('lastUpdateTime'))
    deadline = _deadline_seconds(rollout)
    if progressed_at is None or deadline >= _NO_DEADLINE:
        return None
    return progressed_at + deadline


def _min_stall_timeout(rollout: _Rollout) -> float:
    deadline = _deadline_seconds(rollout)
    # The largest possible value means that there is no deadline.
    timeout = deadline + 60.0 if deadline < _NO_DEADLINE else 0.0
    return max(timeout, pod_controllers.min_stall_timeout(rollout.deployment))


def _revision(rollout: _Rollout) -> Revision | None:
    current = get_str(rollout.deployment, 'metadata', 'annotations', _REVISION)
    if not current or not is_observed(rollout.deployment) or not rollout.newest:
        return None
    if not rollout.previous:
        return Revision(current)
    return Revision(current, _revision_of(rollout.previous), _changes(rollout))


# The templates of two revisions and their differences, by the uid of the Deployment: all of its
# assessments need them, and comparing values is faster than describing what differs.
_known_changes: dict[str, tuple[Object, Object, tuple[str, ...]]] = {}
_MAX_KNOWN = 4096


def _changes(rollout: _Rollout) -> tuple[str, ...]:
    """Describe what the newest revision changed."""
    key = uid(rollout.deployment)
    templates = _template(rollout.previous), _template(rollout.newest)
    known = _known_changes.get(key)
    if known is not None and known[:2] == templates:
        return known[2]
    from kubectl_dog.trackers.template_diff import describe_template_diff

    changes = describe_template_diff(*templates)
    if len(_known_changes) >= _MAX_KNOWN:
        _known_changes.clear()
    _known_changes[key] = *templates, changes
    return changes


def _with_earlier_revision(rollout: _Rollout, assessment: Assessment) -> Assessment:
    """Return the assessment with an undo, and with the template to compare the newest one with."""
    deployment, newest = rollout.deployment, rollout.newest
    if not rollout.previous and rollout.view.now - created_at(newest) >= undo.RECENT_SECONDS:
        # The newest revision is not the cause of a failure.
        return assessment
    seen = rollout.view.run_history.ready_children
    proven = undo.proven_replica_set(deployment, newest, rollout.past, seen)
    if proven:
        revision = _other_than_last(rollout, _revision_of(proven))
        command = undo.undo_command(rollout.view.target, revision)
        assessment = assessment._replace(suggested_commands=(command,))
    if assessment.state is State.READY or not newest or not is_observed(deployment):
        return assessment
    earlier = proven or undo.unproven_replica_set(deployment, rollout.past)
    return assessment._replace(templates=_templates(newest, earlier)) if earlier else assessment


def _templates(newest: Object, earlier: Object) -> RevisionTemplates:
    return RevisionTemplates(
        _revision_of(newest),
        _template(newest),
        _revision_of(earlier),
        _template(earlier),
        created_at(earlier),
    )


def _template(replica_set: Object) -> Object:
    return get_dict(replica_set, 'spec', 'template')


def _still_serving(rollout: _Rollout) -> str:
    ready = get_int(rollout.previous, 'status', 'readyReplicas')
    return pod_controllers.still_serving(
        _revision_of(rollout.previous), ready, rollout.progress.desired
    )


def _other_than_last(rollout: _Rollout, revision: str) -> str:
    """Return the revision unless it is the one that an undo restores by default."""
    return '' if revision == _revision_of(rollout.past[-1]) else revision
