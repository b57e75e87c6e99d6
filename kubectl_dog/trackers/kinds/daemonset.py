"""Tracker for DaemonSets: ready when each node that needs a pod has an updated one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import controller_revisions
from kubectl_dog.trackers import pod_controllers
from kubectl_dog.trackers import unready_nodes

# Used if ControllerRevisions may not be read.
_GENERATION = 'deprecated.daemonset.template.generation'
_POD_GENERATION = 'pod-template-generation'


def wants(view: View) -> Sequence[Watch]:
    """Watch pods and revisions by the selector, and nodes whose kubelet may be down."""
    silent = (
        ()
        if view.strict_nodes
        else unready_nodes.pods_on_silent_nodes(view, pod_controllers.pods(view))
    )
    return (
        pod_controllers.pod_watch(view),
        controller_revisions.revision_watch(view),
        *unready_nodes.node_watches(silent),
    )


class _Rollout(NamedTuple):
    """The parts of a view that the functions below assess.

    `excused` are the nodes that need no pod; `skipped` of them have an updated pod.
    """

    newest: Object
    pods: list[Object]
    others: list[Object]
    progress: Progress
    excused: frozenset[str]
    skipped: int

    @property
    def stale(self) -> list[Object]:
        """The living pods of earlier revisions."""
        return [pod for pod in self.others if is_living(pod)]


def assess(view: View) -> Assessment:
    """Assess the counts; ready when all desired pods are updated and available."""
    daemon_set = view.object or {}
    rollout = _read_rollout(view)
    newest, progress, stale = rollout.newest, rollout.progress, rollout.stale
    previous = controller_revisions.previous_revision(
        controller_revisions.owned_revisions(view), newest, rollout.others
    )
    is_known = bool(newest) or 'ControllerRevision.apps' in view.forbidden_kinds
    assessment = Assessment(
        state=State.PROGRESSING,
        progress=progress,
        revision=controller_revisions.describe_revision(view, newest, previous),
        pods=tuple(rollout.pods),
        other_pods=tuple(rollout.others),
        recheck_at=unready_nodes.recheck_at(view, rollout.pods),
        min_stall_timeout=pod_controllers.min_stall_timeout(daemon_set),
        still_serving=controller_revisions.still_serving(previous, stale, progress.desired),
        templates=controller_revisions.revision_templates(view, newest, stale),
        suggested_commands=controller_revisions.undo_commands(view, newest, previous, stale),
        notices=_notices(view, rollout, is_known and pod_controllers.is_on_delete(daemon_set)),
    )
    missing = _waits_for(view, rollout, bool(stale) and is_known)
    expected = min(progress.updated, progress.desired) - rollout.skipped
    return pod_controllers.assess_counts(view, assessment, missing, expected)


def _read_rollout(view: View) -> _Rollout:
    revisions = controller_revisions.owned_revisions(view)
    # Until the controller observes the change, the newest revision is the old one.
    newest = revisions[-1] if revisions and pod_controllers.is_seen(view.object or {}) else {}
    all_pods = pod_controllers.pods(view)
    pods = [pod for pod in all_pods if is_living(pod) and _is_updated(view, pod, newest)]
    others = [pod for pod in all_pods if pod not in pods]
    silent = {} if view.strict_nodes else unready_nodes.pods_on_silent_nodes(view, all_pods)
    excused = unready_nodes.not_ready_before(view, silent)
    skipped = sum(get_str(pod, 'spec', 'nodeName') in excused for pod in pods)
    return _Rollout(newest, pods, others, _progress(view.object or {}), excused, skipped)


def _notices(view: View, rollout: _Rollout, is_on_delete: bool) -> tuple[str, ...]:
    notices = pod_controllers.on_delete_notice(rollout.stale) if is_on_delete else ()
    if not rollout.progress.desired and pod_controllers.is_seen(view.object or {}):
        notices = (*notices, 'has no pods: no node matches')
    names = ', '.join(sorted(rollout.excused))
    if not names:
        return notices
    notice = 'ignores nodes that were not ready before tracking began (use --strict-nodes to wait)'
    return (*notices, f'{notice}: {names}')


def _progress(daemon_set: Object) -> Progress:
    status = get_dict(daemon_set, 'status')
    updated = get_int(status, 'updatedNumberScheduled')
    return Progress(
        desired=get_int(status, 'desiredNumberScheduled'),
        updated=updated,
        ready=get_int(status, 'numberReady'),
        available=get_int(status, 'numberAvailable'),
        old=max(0, get_int(status, 'currentNumberScheduled') - updated),
    )


def _waits_for(view: View, rollout: _Rollout, has_named_stale: bool) -> str:
    """Describe which counts are too low; empty if the rollout is done."""
    progress, excused = rollout.progress, len(rollout.excused)
    to_become_ready = pod_controllers.to_become_ready(progress, progress.desired - excused)
    if not pod_controllers.is_on_delete(view.object or {}):
        needed = progress.desired - (excused - rollout.skipped)
        return pod_controllers.to_be_updated(progress, needed) or to_become_ready
    # A notice must name the pods that are to be deleted.
    is_unseen = progress.old > 0 and not has_named_stale and 'Pod' not in view.forbidden_kinds
    return to_become_ready or ('pod status' if is_unseen else '')


def _is_updated(view: View, pod: Object, newest: Object) -> bool:
    daemon_set = view.object or {}
    if 'ControllerRevision.apps' not in view.forbidden_kinds:
        return controller_revisions.is_pod_of_revision(pod, newest)
    current = get_str(daemon_set, 'metadata', 'annotations', _GENERATION)
    generation = get_str(pod, 'metadata', 'labels', _POD_GENERATION)
    return bool(generation) and generation == current and pod_controllers.is_seen(daemon_set)
