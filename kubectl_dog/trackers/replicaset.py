"""ReplicaSet and ReplicationController, tracked by themselves: all pods there and available."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import number
from kubectl_dog.model.objects import part
from kubectl_dog.model.objects import text
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.model.words import count
from kubectl_dog.trackers import workloads


def wants(view: View) -> Sequence[Watch]:
    """Its pods, by its own selector."""
    return (workloads.pod_watch(view),)


def assess(view: View) -> Assessment:
    """Ready when replicas = ready = available = desired; it has one template, so one revision."""
    thing = view.object or {}
    status = part(thing, 'status')
    everyone = workloads.pods(view)
    progress = Progress(
        desired=number(thing, 'spec', 'replicas', default=1),
        updated=number(status, 'replicas'),
        ready=number(status, 'readyReplicas'),
        available=number(status, 'availableReplicas'),
    )
    judged = Assessment(
        state=State.PROGRESSING,
        progress=progress,
        pods=tuple(pod for pod in everyone if is_living(pod)),
        other_pods=tuple(pod for pod in everyone if not is_living(pod)),
        patience=workloads.patience(thing),
    )
    return workloads.judge(view, judged, _missing(thing, progress), progress.desired)


def _missing(thing: Object, progress: Progress) -> str:
    """What is missing by the counts; empty when they say that all is there."""
    lacking = progress.desired - progress.updated
    if lacking > 0:
        trouble = condition(thing, 'ReplicaFailure')
        if trouble.get('status') == 'True':
            return f'pods that cannot be created: {text(trouble, "message")}'
        return f'{lacking} of {count(progress.desired, "pod")} to be created'
    return workloads.surplus(progress, progress.updated) or workloads.to_become_ready(progress)
