"""The two workloads behind a Canary: its target, and the `-primary` that Flagger makes of it.

https://docs.flagger.app/usage/how-it-works#canary-target
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from kubectl_dog.tracker import DAEMONSETS
from kubectl_dog.tracker import DEPLOYMENTS
from kubectl_dog.tracker import PODS
from kubectl_dog.tracker import REPLICASETS
from kubectl_dog.tracker import STATEFULSETS
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import Progress
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import is_living
from kubectl_dog.tracker import number
from kubectl_dog.tracker import part
from kubectl_dog.tracker import parts
from kubectl_dog.tracker import selector
from kubectl_dog.tracker import text
from kubectl_dog.tracker import uid

_KINDS = {'Deployment': DEPLOYMENTS, 'DaemonSet': DAEMONSETS, 'StatefulSet': STATEFULSETS}
_REVISION = 'deployment.kubernetes.io/revision'
_GENERATION = 'deprecated.daemonset.template.generation'
_PRIMARY = '-primary'
_RUN = ('image', 'command', 'args')


class Workload(NamedTuple):
    """`replica_set` is a Deployment's of the present revision; empty for other kinds."""

    thing: Object
    replica_set: Object
    pods: tuple[Object, ...]

    @property
    def children(self) -> tuple[Object, ...]:
        """The objects whose kube events tell why there are no pods."""
        return tuple(one for one in (self.thing, self.replica_set) if one)

    @property
    def progress(self) -> Progress | None:
        """Its counts; None where there is no such workload."""
        return _progress(self.thing) if self.thing else None


def watches(view: View) -> Iterator[Watch]:
    """What brings both, and what is behind them."""
    for suffix in ('', _PRIMARY):
        watch = _watch(view, suffix)
        if watch is None:
            return
        yield watch
        for thing in view.found(watch):
            labels = selector(part(thing, 'spec', 'selector'))
            if thing.get('kind') == 'Deployment':
                yield Watch(REPLICASETS, view.target.namespace, labels)
            yield Watch(PODS, view.target.namespace, labels)


def canary(view: View) -> Workload:
    """What `spec.targetRef` names."""
    return _read(view, '')


def primary(view: View) -> Workload:
    """What serves: a copy of what was promoted last."""
    return _read(view, _PRIMARY)


def is_known(view: View) -> bool:
    """Whether all of it has been listed, as far as it may be read."""
    return all(one in view.watched or one.resource.key in view.blind for one in watches(view))


def is_missing(view: View) -> bool:
    """Whether the target is known not to be there."""
    watch = _watch(view, '')
    return watch is not None and watch in view.watched and not view.found(watch)


def named(view: View) -> str:
    """How the target is called: `deployment/web`."""
    reference = part(view.object, 'spec', 'targetRef')
    return f'{text(reference, "kind").lower()}/{text(reference, "name")}'


def differ(one: Object, other: Object) -> bool:
    """Whether two workloads surely run something else: the containers that both have.

    What else a template holds Flagger renames for a primary, and others may add to either.
    """
    ours, theirs = _runs(one), _runs(other)
    return any(ours[name] != theirs[name] for name in ours.keys() & theirs.keys())


def _watch(view: View, suffix: str) -> Watch | None:
    reference = part(view.object, 'spec', 'targetRef')
    resource = _KINDS.get(text(reference, 'kind'))
    name = text(reference, 'name')
    if resource is None or not name:
        return None
    return Watch(resource, view.target.namespace, fields=f'metadata.name={name}{suffix}')


def _read(view: View, suffix: str) -> Workload:
    watch = _watch(view, suffix)
    thing = next(iter(view.found(watch)), {}) if watch else {}
    owned = view.owned.get(uid(thing), ()) if thing else ()
    if thing.get('kind') != 'Deployment':
        pods = [one for one in owned if one.get('kind') == 'Pod' and _is_new(thing, one)]
        return Workload(thing, {}, tuple(filter(is_living, pods)))
    revision = text(thing, 'metadata', 'annotations', _REVISION)
    newest = next(
        (
            one
            for one in owned
            if revision and text(one, 'metadata', 'annotations', _REVISION) == revision
        ),
        {},
    )
    pods = list(view.owned.get(uid(newest), ())) if newest else []
    return Workload(thing, newest, tuple(filter(is_living, pods)))


def _is_new(thing: Object, pod: Object) -> bool:
    labels = part(pod, 'metadata', 'labels')
    if thing.get('kind') == 'StatefulSet':
        wanted = text(thing, 'status', 'updateRevision')
        return not wanted or labels.get('controller-revision-hash') == wanted
    wanted = text(thing, 'metadata', 'annotations', _GENERATION)
    return not wanted or labels.get('pod-template-generation') == wanted


def _progress(thing: Object) -> Progress:
    status = part(thing, 'status')
    if thing.get('kind') == 'DaemonSet':
        return Progress(
            desired=number(status, 'desiredNumberScheduled'),
            updated=number(status, 'updatedNumberScheduled'),
            ready=number(status, 'numberReady'),
            available=number(status, 'numberAvailable'),
        )
    return Progress(
        desired=number(thing, 'spec', 'replicas', default=1),
        updated=number(status, 'updatedReplicas'),
        ready=number(status, 'readyReplicas'),
        available=number(status, 'availableReplicas'),
    )


def _runs(thing: Object) -> dict[str, list[Any]]:
    """What each container runs."""
    spec = part(thing, 'spec', 'template', 'spec')
    both = (*parts(spec, 'initContainers'), *parts(spec, 'containers'))
    return {text(one, 'name'): [one.get(key) for key in _RUN] for one in both}
