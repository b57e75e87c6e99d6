"""What the kinds that own their pods directly have in common."""

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
    """Whether the controller has seen the newest spec, for kinds whose controller always tells.

    A new DaemonSet has a status full of zeros before its controller has seen it at all.
    """
    observed = get_int(workload, 'status', 'observedGeneration')
    return observed >= get_int(workload, 'metadata', 'generation')


def labels(view: View) -> str:
    """The workload's own selector as text; a ReplicationController has no matchLabels."""
    selector = get_dict(view.object, 'spec', 'selector')
    is_plain = all(isinstance(value, str) for value in selector.values())
    return label_selector({'matchLabels': selector} if is_plain else selector)


def pod_watch(view: View) -> Watch:
    """Its pods, by its own selector."""
    return Watch(PODS, view.target.namespace, labels(view))


def pods(view: View) -> list[Object]:
    """The pods that it owns itself, whatever became of them."""
    return [
        child
        for child in view.children_by_owner_uid.get(uid(view.object or {}), ())
        if child.get('kind') == 'Pod'
    ]


def min_stall_timeout(workload: Object) -> float:
    """The least stall time-out, in seconds, that its own settings ask for."""
    slowest = startup_budget(get_dict(workload, 'spec', 'template', 'spec'))
    return max(slowest, get_int(workload, 'spec', 'minReadySeconds')) + 60.0


def is_on_delete(workload: Object) -> bool:
    """Whether its pods are replaced only when somebody deletes them."""
    return get_str(workload, 'spec', 'updateStrategy', 'type') == 'OnDelete'


def assess_counts(view: View, assessment: Assessment, missing: str, expected: int) -> Assessment:
    """The state, where `missing` says in words what the counts lack (nothing: they are reached)
    and `expected` is how many of the updated pods have to be ready.
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
    """What is missing until `needed` pods are of the revision; empty where nothing is."""
    count = needed - progress.updated
    return f'{count} of {count_noun(needed, "pod")} to be updated' if count > 0 else ''


def to_become_ready(progress: Progress, needed: int | None = None) -> str:
    """What is missing until all, or `needed`, are available; empty where nothing is."""
    wanted = progress.desired if needed is None else needed
    count = wanted - progress.available
    pods = count_noun(wanted, 'pod')
    return f'{count} of {pods} to become ready' if count > 0 else ''


def surplus(progress: Progress, running: int) -> str:
    """What is too much of `running` pods; empty where nothing is."""
    extra = running - progress.desired
    return f'{count_noun(extra, "surplus pod")} to go' if extra > 0 else ''


def on_delete_notice(stale: Iterable[Object]) -> tuple[str, ...]:
    """The notice of a workload that leaves it to people to replace its `stale` pods."""
    names = ', '.join(sorted(map(name, stale)))
    return (f'has updateStrategy OnDelete: delete {names} to update them',) if names else ()
