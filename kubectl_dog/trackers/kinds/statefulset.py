"""Tracker for StatefulSets, by update revision, partition and strategy.

It never waits for currentRevision, which changes late, and with a partition never.
"""

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
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import controller_revisions
from kubectl_dog.trackers import pod_controllers


class _Rollout(NamedTuple):
    """The parts of a view that the functions below assess."""

    view: View
    stateful_set: Object
    pods: tuple[Object, ...]
    other_pods: tuple[Object, ...]
    progress: Progress
    partition: int

    @property
    def stale(self) -> list[Object]:
        """The living pods of earlier revisions."""
        return [pod for pod in self.other_pods if is_living(pod)]


def wants(view: View) -> Sequence[Watch]:
    """Watch pods and revisions by the selector."""
    return (pod_controllers.pod_watch(view), controller_revisions.revision_watch(view))


def assess(view: View) -> Assessment:
    """Assess the counts; ready when all pods are available, and updated as the strategy allows."""
    rollout = _read_rollout(view)
    revisions = controller_revisions.owned_revisions(view)
    current = get_str(rollout.stateful_set, 'status', 'updateRevision')
    is_seen = pod_controllers.is_seen(rollout.stateful_set)
    newest = next((revision for revision in revisions if name(revision) == current and is_seen), {})
    previous = controller_revisions.previous_revision(revisions, newest, rollout.other_pods)
    assessment = Assessment(
        state=State.PROGRESSING,
        progress=rollout.progress,
        revision=controller_revisions.describe_revision(view, newest, previous),
        pods=rollout.pods,
        other_pods=rollout.other_pods,
        min_stall_timeout=pod_controllers.min_stall_timeout(rollout.stateful_set),
        still_serving=controller_revisions.still_serving(
            previous, rollout.stale, rollout.progress.desired
        ),
        suggested_commands=_suggested_commands(rollout, newest, previous),
        notices=_notices(rollout) if is_seen else (),
        templates=controller_revisions.revision_templates(view, newest, rollout.stale),
    )
    expected = min(rollout.progress.updated, rollout.progress.desired)
    return pod_controllers.assess_counts(view, assessment, _waits_for(rollout), expected)


def _read_rollout(view: View) -> _Rollout:
    stateful_set = view.object or {}
    status = get_dict(stateful_set, 'status')
    # Until the controller observes the change, updateRevision is the old revision.
    current = get_str(status, 'updateRevision') if pod_controllers.is_seen(stateful_set) else ''
    ordered = sorted(pod_controllers.pods(view), key=_ordinal)
    pods = [
        pod
        for pod in ordered
        if current and controller_revisions.revision_label(pod) == current and is_living(pod)
    ]
    progress = pod_controllers.replica_progress(stateful_set)
    # Servers before Kubernetes 1.22 do not report availableReplicas.
    available = get_int(status, 'availableReplicas', default=progress.ready)
    progress = progress._replace(available=available)
    if 'updatedReplicas' not in status and current and current == status.get('currentRevision'):
        # Pods of the current revision are updated then; some controllers count them once.
        updated = get_int(status, 'currentReplicas')
        old = max(0, get_int(status, 'replicas') - updated)
        progress = progress._replace(updated=updated, old=old)
    other_pods = tuple(pod for pod in ordered if pod not in pods)
    partition = get_int(stateful_set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
    return _Rollout(view, stateful_set, tuple(pods), other_pods, progress, partition)


def _waits_for(rollout: _Rollout) -> str:
    """Describe which counts are too low; empty if the rollout is done."""
    counts, running = rollout.progress, get_int(rollout.stateful_set, 'status', 'replicas')
    blocking_pod = _blocking_pod(rollout)
    if blocking_pod:
        return f'old pod "{name(blocking_pod)}" to become ready'
    waits_for = pod_controllers.surplus(counts, running) or pod_controllers.to_become_ready(counts)
    if pod_controllers.is_on_delete(rollout.stateful_set):
        # A notice must name the pods that are to be deleted.
        is_unseen = (
            counts.old > 0 and not rollout.stale and 'Pod' not in rollout.view.forbidden_kinds
        )
        return waits_for or ('pod status' if is_unseen else '')
    return pod_controllers.to_be_updated(counts, counts.desired - rollout.partition) or waits_for


def _blocking_pod(rollout: _Rollout) -> Object:
    """Return an old pod that is not ready, and must be ready before its replacement.

    Without `Parallel` a StatefulSet updates no pod before all pods are ready (k/k#67250).
    """
    if (
        _is_parallel(rollout.stateful_set)
        or pod_controllers.is_on_delete(rollout.stateful_set)
        or not rollout.progress.old
    ):
        return {}
    return next((pod for pod in rollout.stale if not is_ready(pod)), {})


def _suggested_commands(rollout: _Rollout, newest: Object, previous: Object) -> tuple[str, ...]:
    """Return one command line that restores the previous revision.

    Without `Parallel` a StatefulSet replaces no pod while any is not ready, so that an undo alone
    does not replace the pods that the update broke.
    """
    view = rollout.view
    commands = controller_revisions.undo_commands(view, newest, previous, rollout.stale)
    broken = ' '.join(name(pod) for pod in rollout.pods if not is_ready(pod))
    if not broken or _is_parallel(rollout.stateful_set):
        return commands
    delete = f'kubectl delete pod -n {view.target.namespace} {broken}'
    return tuple(f'{undo} && {delete}' for undo in commands)


def _is_parallel(stateful_set: Object) -> bool:
    return get_str(stateful_set, 'spec', 'podManagementPolicy') == 'Parallel'


def _notices(rollout: _Rollout) -> tuple[str, ...]:
    if pod_controllers.is_on_delete(rollout.stateful_set):
        return pod_controllers.on_delete_notice(rollout.stale)
    kept = min(rollout.partition, rollout.progress.desired)
    if kept <= 0 or not rollout.progress.old:
        return ()
    pods = f'the first {count_noun(kept, "pod")}' if kept > 1 else 'the first pod'
    keeps = 'keep' if kept > 1 else 'keeps'
    return (f'has partition {rollout.partition}: {pods} {keeps} the old revision',)


def _ordinal(pod: Object) -> tuple[int, str]:
    number = name(pod).rpartition('-')[2]
    return (int(number) if number.isdigit() else 0, name(pod))
