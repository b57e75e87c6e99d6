"""DaemonSet: one updated pod on every node that wants one, which may be none."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import number
from kubectl_dog.model.objects import part
from kubectl_dog.model.objects import text
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import revisions
from kubectl_dog.trackers import workloads

# What its pods tell where ControllerRevisions may not be read.
_GENERATION = 'deprecated.daemonset.template.generation'
_POD_GENERATION = 'pod-template-generation'


def wants(view: View) -> Sequence[Watch]:
    """Its pods and its revisions, by its own selector."""
    return (workloads.pod_watch(view), revisions.watch(view))


def assess(view: View) -> Assessment:
    """Updated = available = desired, as many as the controller says that nodes want."""
    thing = view.object or {}
    is_seen = workloads.is_seen(thing)
    known = revisions.owned(view)
    # Until the controller has seen the change, the newest is what is about to be replaced.
    newest = known[-1] if known and is_seen else {}
    everyone = workloads.pods(view)
    pods = [pod for pod in everyone if is_living(pod) and _is_updated(view, pod, newest)]
    others = [pod for pod in everyone if pod not in pods]
    stale = [pod for pod in others if is_living(pod)]
    previous = revisions.before(known, newest, others)
    progress = _progress(thing)
    is_known = bool(newest) or 'ControllerRevision.apps' in view.blind
    judged = Assessment(
        state=State.PROGRESSING,
        progress=progress,
        revision=revisions.tell(view, newest, previous),
        pods=tuple(pods),
        other_pods=tuple(others),
        patience=workloads.patience(thing),
        serving=revisions.serving(previous, stale, progress.desired),
        remedies=revisions.remedies(view, previous),
        notices=workloads.to_delete(stale) if is_known and workloads.is_on_delete(thing) else (),
    )
    missing = _missing(view, progress, bool(stale) and is_known)
    return workloads.judge(view, judged, missing, min(progress.updated, progress.desired))


def _progress(thing: Object) -> Progress:
    status = part(thing, 'status')
    updated = number(status, 'updatedNumberScheduled')
    return Progress(
        desired=number(status, 'desiredNumberScheduled'),
        updated=updated,
        ready=number(status, 'numberReady'),
        available=number(status, 'numberAvailable'),
        old=max(0, number(status, 'currentNumberScheduled') - updated),
    )


def _missing(view: View, progress: Progress, has_named_stale: bool) -> str:
    """What is missing by the counts; empty when they say that the rollout is done."""
    lacking = workloads.to_become_ready(progress)
    if not workloads.is_on_delete(view.object or {}):
        return workloads.to_be_updated(progress, progress.desired) or lacking
    # Those that are to be deleted have to be told by name.
    unseen = progress.old > 0 and not has_named_stale and 'Pod' not in view.blind
    return lacking or ('a look at its pods' if unseen else '')


def _is_updated(view: View, pod: Object, newest: Object) -> bool:
    thing = view.object or {}
    if 'ControllerRevision.apps' not in view.blind:
        return revisions.is_of(pod, newest)
    current = text(thing, 'metadata', 'annotations', _GENERATION)
    told = text(pod, 'metadata', 'labels', _POD_GENERATION)
    return bool(told) and told == current and workloads.is_seen(thing)
