"""Tracker for ReplicaSets and ReplicationControllers as targets."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import pod_controllers


def wants(view: View) -> Sequence[Watch]:
    """Watch pods by the selector."""
    return (pod_controllers.pod_watch(view),)


def assess(view: View) -> Assessment:
    """Assess the counts; ready when all desired replicas exist, and are ready and available."""
    replica_set = view.object or {}
    status = get_dict(replica_set, 'status')
    pods = pod_controllers.pods(view)
    progress = Progress(
        desired=get_int(replica_set, 'spec', 'replicas', default=1),
        updated=get_int(status, 'replicas'),
        ready=get_int(status, 'readyReplicas'),
        available=get_int(status, 'availableReplicas'),
    )
    assessment = Assessment(
        state=State.PROGRESSING,
        progress=progress,
        pods=tuple(pod for pod in pods if is_living(pod)),
        other_pods=tuple(pod for pod in pods if not is_living(pod)),
        min_stall_timeout=pod_controllers.min_stall_timeout(replica_set),
    )
    return pod_controllers.assess_counts(
        view, assessment, _waits_for(replica_set, progress), progress.desired
    )


def _waits_for(replica_set: Object, progress: Progress) -> str:
    """Describe which counts are too low; empty if none are."""
    count, pods = progress.desired - progress.updated, count_noun(progress.desired, 'pod')
    return (
        pod_controllers.cannot_be_created(replica_set, progress)
        or (f'{count} of {pods} to be created' if count > 0 else '')
        or pod_controllers.surplus(progress, progress.updated)
        or pod_controllers.to_become_ready(progress)
    )
