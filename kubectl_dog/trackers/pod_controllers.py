"""Helpers for the trackers of kinds that own their pods directly."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import label_selector
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.observed_generation import WAITS_FOR_OBSERVATION
from kubectl_dog.trackers.stability import startup_budget
from kubectl_dog.trackers.stability import with_stability


def is_seen(workload: Object) -> bool:
    """Return whether the controller has observed the newest spec (observedGeneration).

    A new DaemonSet has a status full of zeros before its controller has observed it.
    """
    observed = get_int(workload, 'status', 'observedGeneration')
    return observed >= get_int(workload, 'metadata', 'generation')


def labels(view: View) -> str:
    """Return the selector of a workload as text; a ReplicationController has no matchLabels."""
    selector = get_dict(view.object, 'spec', 'selector')
    is_plain = all(isinstance(value, str) for value in selector.values())
    return label_selector({'matchLabels': selector} if is_plain else selector)


def pod_watch(view: View) -> Watch:
    """Return the watch for the pods that match the selector of a workload."""
    return Watch(PODS, view.target.namespace, labels(view))


def pods(view: View) -> list[Object]:
    """Return all pods that the target owns directly, including finished ones."""
    return [
        child
        for child in view.children_by_owner_uid.get(uid(view.object or {}), ())
        if child.get('kind') == 'Pod'
    ]


def min_stall_timeout(workload: Object) -> float:
    """Return the minimum stall timeout, in seconds, for the settings of a workload."""
    slowest = startup_budget(get_dict(workload, 'spec', 'template', 'spec'))
    return max(slowest, get_int(workload, 'spec', 'minReadySeconds')) + 60.0


def is_on_delete(workload: Object) -> bool:
    """Return whether pods are replaced only after they are deleted manually."""
    return get_str(workload, 'spec', 'updateStrategy', 'type') == 'OnDelete'


def assess_counts(view: View, assessment: Assessment, missing: str, expected: int) -> Assessment:
    """Complete an assessment with the state that results from the counts.

    `missing` completes the text "waiting for", and is empty if the counts are reached. `expected`
    is how many of the updated pods must be ready.
    """
    workload = view.object or {}
    if is_deleting(workload):
        return assessment._replace(state=State.DELETING, message='is being deleted')
    if not is_seen(workload):
        return assessment._replace(waits_for=WAITS_FOR_OBSERVATION)
    if missing:
        return assessment._replace(waits_for=missing)
    return with_stability(view, assessment, expected, view.run_history.progressed_at)


def replica_progress(workload: Object) -> Progress:
    """Return the counts of a Deployment or StatefulSet."""
    status = get_dict(workload, 'status')
    updated = get_int(status, 'updatedReplicas')
    return Progress(
        desired=get_int(workload, 'spec', 'replicas', default=1),
        updated=updated,
        ready=get_int(status, 'readyReplicas'),
        available=get_int(status, 'availableReplicas'),
        old=max(0, get_int(status, 'replicas') - updated),
    )


def cannot_be_created(workload: Object, progress: Progress) -> str:
    """Describe why pods are missing, by the ReplicaFailure condition; empty if none are."""
    failure = condition(workload, 'ReplicaFailure')
    if progress.updated >= progress.desired or failure.get('status') != 'True':
        return ''
    return f'pods that cannot be created: {get_str(failure, "message")}'


def to_be_updated(progress: Progress, needed: int) -> str:
    """Describe how many of `needed` pods are not updated; empty if none."""
    count = needed - progress.updated
    return f'{count} of {count_noun(needed, "pod")} to be updated' if count > 0 else ''


def to_become_ready(progress: Progress, needed: int | None = None) -> str:
    """Describe how many of all, or `needed`, pods are not available; empty if none."""
    wanted = progress.desired if needed is None else needed
    pods = count_noun(wanted, 'pod')
    if progress.available >= wanted:
        return ''
    if progress.ready >= wanted:
        return f'{wanted - progress.available} of {pods} to become available'
    return f'{wanted - progress.available} of {pods} to become ready'


def surplus(progress: Progress, running: int) -> str:
    """Describe how many of `running` pods are too many; empty if none."""
    extra = running - progress.desired
    return f'{count_noun(extra, "surplus pod")} to terminate' if extra > 0 else ''


def still_serving(revision: str, ready: int, desired: int) -> str:
    """Describe how many pods of the previous revision are ready; empty if none are."""
    pods = count_noun(desired, 'pod')
    return f'the old revision {revision} still serves: {ready} of {pods} ready' if ready else ''


def on_delete_notice(stale: Iterable[Object]) -> tuple[str, ...]:
    """Return the notice for a workload whose `stale` pods must be deleted manually."""
    names = ', '.join(sorted(map(name, stale)))
    notice = f'has updateStrategy OnDelete: delete its old pods to update them: {names}'
    return (notice,) if names else ()
