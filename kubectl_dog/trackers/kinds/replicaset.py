"""ReplicaSet and ReplicationController, tracked by themselves: all pods there and available."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import pod_controllers


def wants(view: View) -> Sequence[Watch]:
    """Its pods, by its own selector."""
    return (pod_controllers.pod_watch(view),)


def assess(view: View) -> Assessment:
    """Ready when replicas = ready = available = desired; it has one template, so one revision."""
    thing = view.object or {}
    status = get_dict(thing, 'status')
    everyone = pod_controllers.pods(view)
    progress = Progress(
        desired=get_int(thing, 'spec', 'replicas', default=1),
        updated=get_int(status, 'replicas'),
        ready=get_int(status, 'readyReplicas'),
        available=get_int(status, 'availableReplicas'),
    )
    judged = Assessment(
        state=State.PROGRESSING,
        progress=progress,
        pods=tuple(pod for pod in everyone if is_living(pod)),
        other_pods=tuple(pod for pod in everyone if not is_living(pod)),
        min_stall_timeout=pod_controllers.min_stall_timeout(thing),
    )
    return pod_controllers.assess_counts(view, judged, _missing(thing, progress), progress.desired)


def _missing(thing: Object, progress: Progress) -> str:
    """What is missing by the counts; empty when they say that all is there."""
    lacking = progress.desired - progress.updated
    if lacking > 0:
        trouble = condition(thing, 'ReplicaFailure')
        if trouble.get('status') == 'True':
            return f'pods that cannot be created: {get_str(trouble, "message")}'
        return f'{lacking} of {count_noun(progress.desired, "pod")} to be created'
    return pod_controllers.surplus(progress, progress.updated) or pod_controllers.to_become_ready(
        progress
    )
