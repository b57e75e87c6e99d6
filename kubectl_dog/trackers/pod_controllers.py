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


def is_seen(thing: Object) -> bool:
    """Whether the controller has seen the newest spec, for kinds whose controller always tells.

    A new DaemonSet has a status full of zeros before its controller has seen it at all.
    """
    told = get_int(thing, 'status', 'observedGeneration')
    return told >= get_int(thing, 'metadata', 'generation')


def labels(view: View) -> str:
    """The workload's own selector as text; a ReplicationController has no matchLabels."""
    spec = get_dict(view.object, 'spec', 'selector')
    is_plain = all(isinstance(value, str) for value in spec.values())
    return label_selector({'matchLabels': spec} if is_plain else spec)


def pod_watch(view: View) -> Watch:
    """Its pods, by its own selector."""
    return Watch(PODS, view.target.namespace, labels(view))


def pods(view: View) -> list[Object]:
    """The pods that it owns itself, whatever became of them."""
    return [
        one
        for one in view.children_by_owner_uid.get(uid(view.object or {}), ())
        if one.get('kind') == 'Pod'
    ]


def min_stall_timeout(thing: Object) -> float:
    """The least stall time-out, in seconds, that its own settings ask for."""
    slowest = startup_budget(get_dict(thing, 'spec', 'template', 'spec'))
    return max(slowest, get_int(thing, 'spec', 'minReadySeconds')) + 60.0


def is_on_delete(thing: Object) -> bool:
    """Whether its pods are replaced only when somebody deletes them."""
    return get_str(thing, 'spec', 'updateStrategy', 'type') == 'OnDelete'


def assess_counts(view: View, judged: Assessment, missing: str, expected: int) -> Assessment:
    """The state, where `missing` says in words what the counts lack (nothing: they are reached)
    and `expected` is how many of the updated pods have to be ready.
    """
    thing = view.object or {}
    if is_deleting(thing):
        return judged._replace(state=State.DELETING, message='is being deleted')
    if not is_seen(thing):
        return judged._replace(waits_for='the controller to see the change')
    if missing:
        return judged._replace(waits_for=missing)
    settling = check_stability(view, judged.pods, expected, view.run_history.progressed_at)
    state, waits_for, recheck_at = settling
    return judged._replace(
        state=state, reason=settling.reason, waits_for=waits_for, recheck_at=recheck_at
    )


def to_be_updated(progress: Progress, needed: int) -> str:
    """What is missing until `needed` pods are of the revision; empty where nothing is."""
    lacking = needed - progress.updated
    return f'{lacking} of {count_noun(needed, "pod")} to be updated' if lacking > 0 else ''


def to_become_ready(progress: Progress, needed: int | None = None) -> str:
    """What is missing until all, or `needed`, are available; empty where nothing is."""
    wanted = progress.desired if needed is None else needed
    lacking = wanted - progress.available
    of = count_noun(wanted, 'pod')
    return f'{lacking} of {of} to become ready' if lacking > 0 else ''


def surplus(progress: Progress, running: int) -> str:
    """What is too much of `running` pods; empty where nothing is."""
    extra = running - progress.desired
    return f'{count_noun(extra, "surplus pod")} to go' if extra > 0 else ''


def on_delete_notice(stale: Iterable[Object]) -> tuple[str, ...]:
    """The notice of a workload that leaves it to people to replace its `stale` pods."""
    names = ', '.join(sorted(map(name, stale)))
    return (f'has updateStrategy OnDelete: delete {names} to update them',) if names else ()
