"""A Deployment, StatefulSet or DaemonSet behind another resource: its counts and its new pods.

Where it is the target itself, its own tracker says more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import number
from kubectl_dog.model.objects import part
from kubectl_dog.model.objects import selector
from kubectl_dog.model.objects import text
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import revisions
from kubectl_dog.trackers import workloads

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

    thing: Object
    newest: Object
    pods: tuple[Object, ...]
    progress: Progress
    missing: str

    @property
    def children(self) -> tuple[Object, ...]:
        """The objects whose kube events tell why there are no pods: `Assessment.children`."""
        return (self.thing, self.newest) if self.newest else (self.thing,)


def watches(thing: Object, whole_namespace: bool = False) -> Sequence[Watch]:
    """What `read` needs: its pods and what it keeps its templates in, by its own selector.

    `whole_namespace` reads all of its namespace instead, once for however many are in it. Nothing
    of other kinds.
    """
    templates = _TEMPLATES.get(text(thing, 'kind'))
    if templates is None:
        return ()
    labels = '' if whole_namespace else selector(part(thing, 'spec', 'selector'))
    namespace = text(thing, 'metadata', 'namespace')
    return Watch(templates, namespace, labels), Watch(PODS, namespace, labels)


def read(view: View, thing: Object) -> Workload:
    """The workload with what `watches` has brought."""
    counts, newest = _progress(thing), _newest(view, thing)
    if text(thing, 'kind') == 'Deployment':
        owned = view.owned.get(uid(newest), ()) if newest else ()
    else:
        owned = view.owned.get(uid(thing), ()) if workloads.is_seen(thing) else ()
        owned = tuple(one for one in owned if _is_new(view, thing, newest, one))
    pods = tuple(one for one in owned if one.get('kind') == 'Pod' and is_living(one))
    return Workload(thing, newest, pods, counts, _missing(thing, counts))


def _is_new(view: View, thing: Object, newest: Object, pod: Object) -> bool:
    """Whether a pod is of the present template, where that is told without reading it, too."""
    if text(thing, 'kind') == 'StatefulSet':
        return text(thing, 'status', 'updateRevision') == revisions.label(pod) != ''
    if newest or 'ControllerRevision.apps' not in view.blind:
        return revisions.is_of(pod, newest)
    told = text(pod, 'metadata', 'labels', _POD_GENERATION)
    return text(thing, 'metadata', 'annotations', _GENERATION) == told != ''


def _newest(view: View, thing: Object) -> Object:
    if not workloads.is_seen(thing):
        return {}
    owned, kind = view.owned.get(uid(thing), ()), text(thing, 'kind')
    if kind == 'Deployment':
        revision = text(thing, 'metadata', 'annotations', _REVISION)
        sets = (one for one in owned if text(one, 'metadata', 'annotations', _REVISION) == revision)
        return next(sets, {}) if revision else {}
    known = [one for one in owned if one.get('kind') == 'ControllerRevision']
    if kind == 'StatefulSet':
        current = text(thing, 'status', 'updateRevision')
        return next((one for one in known if name(one) == current), {})
    return max(known, key=lambda one: number(one, 'revision'), default={})


def _progress(thing: Object) -> Progress:
    status = part(thing, 'status')
    if text(thing, 'kind') == 'DaemonSet':
        return Progress(
            desired=number(status, 'desiredNumberScheduled'),
            updated=number(status, 'updatedNumberScheduled'),
            ready=number(status, 'numberReady'),
            available=number(status, 'numberAvailable'),
        )
    updated, ready = number(status, 'updatedReplicas'), number(status, 'readyReplicas')
    return Progress(
        desired=number(thing, 'spec', 'replicas', default=1),
        updated=updated,
        ready=ready,
        available=number(status, 'availableReplicas'),
        old=max(0, number(status, 'replicas') - updated),
    )


def _missing(thing: Object, counts: Progress) -> str:
    label = f'{text(thing, "kind").lower()}/{name(thing)}'
    if not workloads.is_seen(thing):
        return f'{label} to be seen by its controller'
    if part(thing, 'spec').get('paused') is True:
        return ''
    if counts.available < counts.desired:
        return f'the rollout of {label} ({counts.available} of {counts.desired} pods available)'
    if counts.updated < counts.desired - _held(thing, counts):
        return f'the rollout of {label} ({counts.updated} of {counts.desired} pods updated)'
    if text(thing, 'kind') == 'Deployment' and counts.old:
        return f'the rollout of {label} ({counts.old} old to go)'
    return ''


def _held(thing: Object, counts: Progress) -> int:
    """How many pods its strategy keeps as they are."""
    if workloads.is_on_delete(thing):
        return counts.desired
    return number(thing, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
