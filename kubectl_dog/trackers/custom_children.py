"""Add the workloads and pods of a custom resource to its assessment, to explain problems.

Operators make workloads for their resources, and name the resource as their owner. Pods that are
older than the run, such as those of a backup that failed before, say nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.resources import DAEMONSETS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.trackers.protocol import codes_of

WATCHED = (DEPLOYMENTS, REPLICASETS, STATEFULSETS, DAEMONSETS, JOBS, PODS)
# Pods of at most this age, in seconds, when tracking began may belong to this run.
_YOUNG_POD_SECONDS = 120.0
# How long, in seconds, an object may take before its children are read.
WATCH_DELAY = 5.0
# An operator may make hundreds of pods; the first ones explain as much.
MAX_PODS = 50
_MAX_OBJECTS = 1000
_REVISION = 'deployment.kubernetes.io/revision'
_EXPLAINED = (State.PROGRESSING, State.FAILED)


class ChildrenTracker:
    """A tracker for a custom kind that adds the children of its target.

    Children are watched only while the target is not ready.
    """

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.codes = codes_of(tracker)

    def wants(self, view: View) -> Sequence[Want]:
        """Return the wants of the tracker, and the workloads and pods of the namespace.

        Most objects are ready soon, or have no pods: the watches start after WATCH_DELAY, or with
        a failure.
        """
        wants = tuple(self.tracker.wants(view))
        if not view.target.namespace:
            return wants
        is_due = view.is_single_look or view.now >= view.run_history.started + WATCH_DELAY
        if self.tracker.assess(view).state not in (_EXPLAINED if is_due else (State.FAILED,)):
            return wants
        return (*wants, *(Watch(resource, view.target.namespace) for resource in WATCHED))

    def assess(self, view: View) -> Assessment:
        """Return the assessment of the tracker with the pods and controllers of the target."""
        assessment = self.tracker.assess(view)
        if assessment.state not in _EXPLAINED:
            return assessment
        due = view.run_history.started + WATCH_DELAY
        if view.now < due and not view.is_snapshot:
            recheck_at = min(assessment.recheck_at or due, due)
            assessment = assessment._replace(recheck_at=recheck_at)
        return add_children(view, assessment)


def add_children(view: View, assessment: Assessment) -> Assessment:
    """Add the pods and controllers that the target owns, directly or through other objects."""
    descendants = list(_descendants(view))
    pods = [obj for obj in descendants if obj.get('kind') == 'Pod' and _is_shown(view, obj)]
    controllers = tuple(obj for obj in descendants if obj.get('kind') != 'Pod')
    notices = assessment.notices
    if len(pods) > MAX_PODS:
        notices += (f'has {len(pods)} pods: only the first {MAX_PODS} are read',)
    return assessment._replace(
        pods=(*assessment.pods, *pods[:MAX_PODS]),
        children=(*assessment.children, *controllers),
        notices=notices,
    )


def _is_shown(view: View, pod: Object) -> bool:
    """Return whether a pod may explain the target: pods from before this run are of the past."""
    since = view.run_history.started - _YOUNG_POD_SECONDS
    is_new = view.is_snapshot or created_at(pod) >= since
    return is_new and (is_living(pod) or get_str(pod, 'status', 'phase') == 'Failed')


def _descendants(view: View) -> Iterator[Object]:
    pending = [view.object or {}]
    seen = {uid(view.object or {})}
    while pending and len(seen) < _MAX_OBJECTS:
        owner = pending.pop(0)
        for child in _current(view.children_by_owner_uid.get(uid(owner), ())):
            if uid(child) not in seen:
                seen.add(uid(child))
                pending.append(child)
                yield child


def _current(children: Sequence[Object]) -> Iterator[Object]:
    """Yield the children without old ReplicaSets."""
    sets = [child for child in children if child.get('kind') == 'ReplicaSet']
    newest = max(sets, key=_revision, default=None)
    for child in children:
        if child.get('kind') != 'ReplicaSet' or child is newest:
            yield child


def _revision(replica_set: Object) -> tuple[int, float]:
    revision = get_int(replica_set, 'metadata', 'annotations', _REVISION)
    return revision, created_at(replica_set)
