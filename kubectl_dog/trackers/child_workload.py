"""A Deployment, StatefulSet or DaemonSet behind another resource: its counts and its new pods.

Where it is the target itself, its own tracker says more.
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
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import controller_revisions
from kubectl_dog.trackers import pod_controllers

# What each kind keeps its templates in.
_TEMPLATES = {
    'Deployment': REPLICASETS,
    'StatefulSet': CONTROLLERREVISIONS,
    'DaemonSet': CONTROLLERREVISIONS,
}
_REVISION = 'deployment.kubernetes.io/revision'
# What a DaemonSet and its pods tell where ControllerRevisions may not be read.
_GENERATION = 'deprecated.daemonset.template.generation'
_POD_GENERATION = 'pod-template-generation'


class Workload(NamedTuple):
    """A Deployment, StatefulSet or DaemonSet as far as it is known.

    `newest` is the ReplicaSet or ControllerRevision of its present template, and empty until its
    controller has seen that; `pods` are the living ones of it. `missing` completes «waiting for …»
    where its rollout is not done, and is empty where it is, or is held back on purpose.
    """

    object: Object
    newest: Object
    pods: tuple[Object, ...]
    progress: Progress
    waits_for: str

    @property
    def children(self) -> tuple[Object, ...]:
        """The objects whose kube events tell why there are no pods: `Assessment.children`."""
        return (self.object, self.newest) if self.newest else (self.object,)


def workload_watches(thing: Object, whole_namespace: bool = False) -> Sequence[Watch]:
    """What `read` needs: its pods and what it keeps its templates in, by its own selector.

    `whole_namespace` reads all of its namespace instead, once for however many are in it. Nothing
    of other kinds.
    """
    templates = _TEMPLATES.get(get_str(thing, 'kind'))
    if templates is None:
        return ()
    labels = '' if whole_namespace else label_selector(get_dict(thing, 'spec', 'selector'))
    namespace = get_str(thing, 'metadata', 'namespace')
    return Watch(templates, namespace, labels), Watch(PODS, namespace, labels)


def read_workload(view: View, thing: Object) -> Workload:
    """The workload with what `watches` has brought."""
    counts, newest = _progress(thing), _newest(view, thing)
    if get_str(thing, 'kind') == 'Deployment':
        owned = view.children_by_owner_uid.get(uid(newest), ()) if newest else ()
    else:
        owned = (
            view.children_by_owner_uid.get(uid(thing), ()) if pod_controllers.is_seen(thing) else ()
        )
        owned = tuple(one for one in owned if _is_new(view, thing, newest, one))
    pods = tuple(one for one in owned if one.get('kind') == 'Pod' and is_living(one))
    return Workload(thing, newest, pods, counts, _missing(thing, counts))


def _is_new(view: View, thing: Object, newest: Object, pod: Object) -> bool:
    """Whether a pod is of the present template, where that is told without reading it, too."""
    if get_str(thing, 'kind') == 'StatefulSet':
        return (
            get_str(thing, 'status', 'updateRevision')
            == controller_revisions.revision_label(pod)
            != ''
        )
    if newest or 'ControllerRevision.apps' not in view.forbidden_kinds:
        return controller_revisions.is_pod_of_revision(pod, newest)
    told = get_str(pod, 'metadata', 'labels', _POD_GENERATION)
    return get_str(thing, 'metadata', 'annotations', _GENERATION) == told != ''


def _newest(view: View, thing: Object) -> Object:
    if not pod_controllers.is_seen(thing):
        return {}
    owned, kind = view.children_by_owner_uid.get(uid(thing), ()), get_str(thing, 'kind')
    if kind == 'Deployment':
        revision = get_str(thing, 'metadata', 'annotations', _REVISION)
        sets = (
            one for one in owned if get_str(one, 'metadata', 'annotations', _REVISION) == revision
        )
        return next(sets, {}) if revision else {}
    known = [one for one in owned if one.get('kind') == 'ControllerRevision']
    if kind == 'StatefulSet':
        current = get_str(thing, 'status', 'updateRevision')
        return next((one for one in known if name(one) == current), {})
    return max(known, key=lambda one: get_int(one, 'revision'), default={})


def _progress(thing: Object) -> Progress:
    status = get_dict(thing, 'status')
    if get_str(thing, 'kind') == 'DaemonSet':
        return Progress(
            desired=get_int(status, 'desiredNumberScheduled'),
            updated=get_int(status, 'updatedNumberScheduled'),
            ready=get_int(status, 'numberReady'),
            available=get_int(status, 'numberAvailable'),
        )
    updated, ready = get_int(status, 'updatedReplicas'), get_int(status, 'readyReplicas')
    return Progress(
        desired=get_int(thing, 'spec', 'replicas', default=1),
        updated=updated,
        ready=ready,
        available=get_int(status, 'availableReplicas'),
        old=max(0, get_int(status, 'replicas') - updated),
    )


def _missing(thing: Object, counts: Progress) -> str:
    label = f'{get_str(thing, "kind").lower()}/{name(thing)}'
    if not pod_controllers.is_seen(thing):
        return f'{label} to be seen by its controller'
    if get_dict(thing, 'spec').get('paused') is True:
        return ''
    if counts.available < counts.desired:
        return f'the rollout of {label} ({counts.available} of {counts.desired} pods available)'
    if counts.updated < counts.desired - _held(thing, counts):
        return f'the rollout of {label} ({counts.updated} of {counts.desired} pods updated)'
    if get_str(thing, 'kind') == 'Deployment' and counts.old:
        return f'the rollout of {label} ({counts.old} old to go)'
    return ''


def _held(thing: Object, counts: Progress) -> int:
    """How many pods its strategy keeps as they are."""
    if pod_controllers.is_on_delete(thing):
        return counts.desired
    return get_int(thing, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
