"""Helpers for the trackers of kinds that own their pods directly."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
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
from kubectl_dog.trackers.stability import check_stability
from kubectl_dog.trackers.stability import startup_budget


def is_seen(workload: Object) -> bool:
    """Whether the controller has observed the newest spec, for kinds with observedGeneration.

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
    """Return the watch for the pods of a workload, by its own selector."""
    return Watch(PODS, view.target.namespace, labels(view))


def pods(view: View) -> list[Object]:
    """Return all pods that the target owns directly, including finished ones."""
    return [
        child
        for child in view.children_by_owner_uid.get(uid(view.object or {}), ())
        if child.get('kind') == 'Pod'
    ]


def min_stall_timeout(workload: Object) -> float:
    """Return the least stall time-out, in seconds, for the settings of a workload."""
    slowest = startup_budget(get_dict(workload, 'spec', 'template', 'spec'))
    return max(slowest, get_int(workload, 'spec', 'minReadySeconds')) + 60.0


def is_on_delete(workload: Object) -> bool:
    """Whether pods are replaced only after a person deletes them."""
    return get_str(workload, 'spec', 'updateStrategy', 'type') == 'OnDelete'


def assess_counts(view: View, assessment: Assessment, missing: str, expected: int) -> Assessment:
    """Complete an assessment with the state that follows from the counts.

    `missing` completes the text "waiting for", and is empty if the counts are reached. `expected`
    is how many of the updated pods must be ready.
    """
    workload = view.object or {}
    if is_deleting(workload):
        return assessment._replace(state=State.DELETING, message='is being deleted')
    if not is_seen(workload):
        return assessment._replace(waits_for='the controller to see the change')
    if missing:
        return assessment._replace(waits_for=missing)
    stability = check_stability(view, assessment.pods, expected, view.run_history.progressed_at)
    state, waits_for, recheck_at = stability
    return assessment._replace(
        state=state, reason=stability.reason, waits_for=waits_for, recheck_at=recheck_at
    )


def to_be_updated(progress: Progress, needed: int) -> str:
    """Describe how many of `needed` pods are not updated yet; empty if none."""
    count = needed - progress.updated
    return f'{count} of {count_noun(needed, "pod")} to be updated' if count > 0 else ''


def to_become_ready(progress: Progress, needed: int | None = None) -> str:
    """Describe how many of all, or `needed`, pods are not available yet; empty if none."""
    wanted = progress.desired if needed is None else needed
    count = wanted - progress.available
    pods = count_noun(wanted, 'pod')
    return f'{count} of {pods} to become ready' if count > 0 else ''


def surplus(progress: Progress, running: int) -> str:
    """Describe how many of `running` pods are too many; empty if none."""
    extra = running - progress.desired
    return f'{count_noun(extra, "surplus pod")} to go' if extra > 0 else ''


def on_delete_notice(stale: Iterable[Object]) -> tuple[str, ...]:
    """Return the notice of a workload whose `stale` pods a person must delete."""
    names = ', '.join(sorted(map(name, stale)))
    return (f'has updateStrategy OnDelete: delete {names} to update them',) if names else ()
