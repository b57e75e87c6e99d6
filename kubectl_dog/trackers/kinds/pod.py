"""Tracker for Pods as targets: ready when the Pod is ready or has completed."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_finished
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.pods import phase
from kubectl_dog.model.times import epoch
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.stability import stable_at
from kubectl_dog.trackers.stability import startup_budget


def wants(view: View) -> Sequence[Watch]:
    """Return no wants: the tracker needs only the pod itself."""
    return ()


def assess(view: View) -> Assessment:
    """Assess the phase and the Ready condition; scheduling gates pause a pod."""
    pod = view.object or {}
    # The conditions of a pod in the phase Unknown are those that its node reported last.
    ready = is_ready(pod) and phase(pod) != 'Unknown'
    assessment = Assessment(
        state=State.PROGRESSING,
        progress=Progress(desired=1, updated=1, ready=int(ready), available=int(ready)),
        pods=(pod,),
        min_stall_timeout=startup_budget(get_dict(pod, 'spec')) + 60.0,
        is_terminal=is_finished(pod),
    )
    if is_deleting(pod) and (not is_finished(pod) or _finished_by_deletion(pod)):
        return assessment._replace(state=State.DELETING, message='is being deleted')
    if phase(pod) == 'Succeeded':
        return _assess_succeeded(view, assessment, pod)
    if phase(pod) == 'Failed':
        return assessment._replace(
            state=State.FAILED, reason=_failure_reason(pod), message=_failure_message(pod)
        )
    if get_dicts(pod, 'spec', 'schedulingGates'):
        gates = ', '.join(
            get_str(gate, 'name') for gate in get_dicts(pod, 'spec', 'schedulingGates')
        )
        message = f'waits for its scheduling gates to be removed: {gates}'
        return assessment._replace(state=State.PAUSED, reason='SchedulingGated', message=message)
    if not ready:
        return assessment._replace(waits_for=_waits_for(pod))
    return _check_stability(view, assessment, pod)


def _finished_by_deletion(pod: Object) -> bool:
    """Return whether the pod finished because of its deletion, and not before."""
    if get_str(pod, 'spec', 'restartPolicy') == 'Always':
        return True
    deadline = epoch(get_str(pod, 'metadata', 'deletionTimestamp')) or 0.0
    requested_at = deadline - get_int(pod, 'metadata', 'deletionGracePeriodSeconds')
    finish_times = (
        epoch(container.last_termination.get('finishedAt')) or 0.0 for container in containers(pod)
    )
    return max(finish_times, default=0.0) > requested_at


def _assess_succeeded(view: View, assessment: Assessment, pod: Object) -> Assessment:
    """Assess a Succeeded pod; an evicted or stopped pod may succeed although its work is undone."""
    evicted = any(
        event.get('reason') == 'Evicted' for event in view.kube_events_by_uid.get(uid(pod), ())
    )
    if evicted:
        message = 'was evicted by its node'
        return assessment._replace(state=State.FAILED, reason='Evicted', message=message)
    if get_str(pod, 'spec', 'restartPolicy') == 'Always':
        message = 'was terminated, although its restartPolicy is "Always"'
        return assessment._replace(state=State.FAILED, reason='Ended', message=message)
    return assessment._replace(state=State.READY, reason='Succeeded', message='has completed')


def _check_stability(view: View, assessment: Assessment, pod: Object) -> Assessment:
    ready_at = stable_at([pod], view.stable_for, view.run_history.connected_since)
    if ready_at is None or ready_at <= view.now:
        return assessment._replace(state=State.READY)
    remaining = format_duration(max(1.0, ready_at - view.now))
    return assessment._replace(
        reason='Settling',
        waits_for=f'it to keep running for {remaining} more',
        recheck_at=ready_at,
    )


def _failure_reason(pod: Object) -> str:
    """Return status.reason (Evicted, NodeLost, …), or the reason of a failed container."""
    terminations = [
        container.last_termination
        for container in containers(pod)
        if container.last_termination.get('exitCode')
    ]
    return get_str(pod, 'status', 'reason') or (
        get_str(terminations[0], 'reason') if terminations else 'Failed'
    )


def _failure_message(pod: Object) -> str:
    return get_str(pod, 'status', 'message') or 'has failed and will not be restarted'


def _waits_for(pod: Object) -> str:
    scheduled = condition(pod, 'PodScheduled')
    if scheduled.get('status') == 'False':
        return f'a node: {get_str(scheduled, "message")}'
    if phase(pod) == 'Unknown':
        return 'its node to report its state'
    if phase(pod) == 'Pending':
        return 'its containers to start'
    if condition(pod, 'ContainersReady').get('status') == 'True':
        return 'its readiness gates'
    return 'it to become ready'
