"""Read counts and new pods of a Deployment, StatefulSet or DaemonSet behind another target.

A workload that is a target itself is assessed by its own tracker, in more detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import label_selector
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import controller_revisions
from kubectl_dog.trackers import pod_controllers

# The resource in which a controller keeps the pod templates, by kind.
_TEMPLATES = {
    'Deployment': REPLICASETS,
    'StatefulSet': CONTROLLERREVISIONS,
    'DaemonSet': CONTROLLERREVISIONS,
}
_REVISION = 'deployment.kubernetes.io/revision'
# Used if ControllerRevisions may not be read.
_GENERATION = 'deprecated.daemonset.template.generation'
_POD_GENERATION = 'pod-template-generation'


class Workload(NamedTuple):
    """The state of a Deployment, StatefulSet or DaemonSet behind a target.

    `newest` is the ReplicaSet or ControllerRevision of the current template, and empty until the
    controller has observed that template. `pods` are its living pods. `waits_for` completes the
    text "waiting for", and is empty if the rollout is done, paused or held back by a partition.
    """

    object: Object
    newest: Object
    pods: tuple[Object, ...]
    progress: Progress
    waits_for: str

    @property
    def children(self) -> tuple[Object, ...]:
        """The objects whose Kubernetes events explain missing pods, for `Assessment.children`."""
        return (self.object, self.newest) if self.newest else (self.object,)


def workload_watches(workload: Object, whole_namespace: bool = False) -> Sequence[Watch]:
    """Return the watches that `read_workload` needs: pods and templates, by its own selector.

    `whole_namespace` watches the namespace instead, so that several workloads share the watches.
    Other kinds than the three need no watches.
    """
    templates = _TEMPLATES.get(get_str(workload, 'kind'))
    if templates is None:
        return ()
    labels = '' if whole_namespace else label_selector(get_dict(workload, 'spec', 'selector'))
    namespace = get_str(workload, 'metadata', 'namespace')
    return Watch(templates, namespace, labels), Watch(PODS, namespace, labels)


def read_workload(view: View, workload: Object) -> Workload:
    """Read a workload from the objects that `workload_watches` requests."""
    counts, newest = _progress(workload), _newest_template(view, workload)
    if get_str(workload, 'kind') == 'Deployment':
        owned = view.children_by_owner_uid.get(uid(newest), ()) if newest else ()
    else:
        owned = (
            view.children_by_owner_uid.get(uid(workload), ())
            if pod_controllers.is_seen(workload)
            else ()
        )
        owned = tuple(pod for pod in owned if _is_current(view, workload, newest, pod))
    pods = tuple(pod for pod in owned if pod.get('kind') == 'Pod' and is_living(pod))
    return Workload(workload, newest, pods, counts, _waits_for(workload, counts))


def _is_current(view: View, workload: Object, newest: Object, pod: Object) -> bool:
    """Return whether a pod has the current template; works without permission to read revisions."""
    if get_str(workload, 'kind') == 'StatefulSet':
        return (
            get_str(workload, 'status', 'updateRevision')
            == controller_revisions.revision_label(pod)
            != ''
        )
    if newest or 'ControllerRevision.apps' not in view.forbidden_kinds:
        return controller_revisions.is_pod_of_revision(pod, newest)
    generation = get_str(pod, 'metadata', 'labels', _POD_GENERATION)
    return get_str(workload, 'metadata', 'annotations', _GENERATION) == generation != ''


def _newest_template(view: View, workload: Object) -> Object:
    if not pod_controllers.is_seen(workload):
        return {}
    owned, kind = view.children_by_owner_uid.get(uid(workload), ()), get_str(workload, 'kind')
    if kind == 'Deployment':
        revision = get_str(workload, 'metadata', 'annotations', _REVISION)
        sets = (
            child
            for child in owned
            if get_str(child, 'metadata', 'annotations', _REVISION) == revision
        )
        return next(sets, {}) if revision else {}
    revisions = [child for child in owned if child.get('kind') == 'ControllerRevision']
    if kind == 'StatefulSet':
        current = get_str(workload, 'status', 'updateRevision')
        return next((child for child in revisions if name(child) == current), {})
    return max(revisions, key=lambda child: get_int(child, 'revision'), default={})


def _progress(workload: Object) -> Progress:
    status = get_dict(workload, 'status')
    if get_str(workload, 'kind') == 'DaemonSet':
        return Progress(
            desired=get_int(status, 'desiredNumberScheduled'),
            updated=get_int(status, 'updatedNumberScheduled'),
            ready=get_int(status, 'numberReady'),
            available=get_int(status, 'numberAvailable'),
        )
    return pod_controllers.replica_progress(workload)


def _waits_for(workload: Object, counts: Progress) -> str:
    label = f'{get_str(workload, "kind").lower()}/{name(workload)}'
    if not pod_controllers.is_seen(workload):
        return f'the controller of {label} to see the change'
    if get_dict(workload, 'spec').get('paused') is True:
        return ''
    pods = count_noun(counts.desired, 'pod')
    if counts.available < counts.desired:
        return f'the rollout of {label} ({counts.available} of {pods} available)'
    if counts.updated < counts.desired - _pods_kept(workload, counts):
        return f'the rollout of {label} ({counts.updated} of {pods} updated)'
    if get_str(workload, 'kind') == 'Deployment' and counts.old:
        return f'the rollout of {label} ({count_noun(counts.old, "old pod")} to terminate)'
    return ''


def _pods_kept(workload: Object, counts: Progress) -> int:
    """Return how many pods the update strategy of a workload leaves unchanged."""
    if pod_controllers.is_on_delete(workload):
        return counts.desired
    return get_int(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
