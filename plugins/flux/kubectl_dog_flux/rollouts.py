"""How far a Deployment, StatefulSet or DaemonSet is by its counts, and which pods are new."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.tracker import Object
from kubectl_dog.tracker import Progress
from kubectl_dog.tracker import View
from kubectl_dog.tracker import is_living
from kubectl_dog.tracker import name
from kubectl_dog.tracker import number
from kubectl_dog.tracker import part
from kubectl_dog.tracker import text
from kubectl_dog.tracker import uid

_REVISION = 'deployment.kubernetes.io/revision'
_GENERATION = 'deprecated.daemonset.template.generation'


def label(thing: Object) -> str:
    """How it is named: `deployment/web`."""
    return f'{text(thing, "kind").lower()}/{name(thing)}'


def progress(thing: Object) -> Progress:
    """Its counts."""
    status = part(thing, 'status')
    if thing.get('kind') == 'DaemonSet':
        return Progress(
            desired=number(status, 'desiredNumberScheduled'),
            updated=number(status, 'updatedNumberScheduled'),
            ready=number(status, 'numberReady'),
            available=number(status, 'numberAvailable'),
        )
    updated = number(status, 'updatedReplicas')
    return Progress(
        desired=number(thing, 'spec', 'replicas', default=1),
        updated=updated,
        ready=number(status, 'readyReplicas'),
        available=number(status, 'availableReplicas'),
        old=max(0, number(status, 'replicas') - updated),
    )


def total(things: Iterable[Object]) -> Progress | None:
    """The counts of all of them; None of none."""
    counts = [progress(thing) for thing in things]
    return Progress(*map(sum, zip(*counts))) if counts else None


def missing(thing: Object) -> str:
    """What its rollout lacks, in words; empty where it is done, or held back on purpose."""
    if number(thing, 'status', 'observedGeneration') < number(thing, 'metadata', 'generation'):
        return f'{label(thing)} to be seen by its controller'
    if part(thing, 'spec').get('paused') is True:
        return ''
    counts = progress(thing)
    if counts.available < counts.desired:
        return f'{label(thing)} ({counts.available} of {counts.desired} pods available)'
    held = _held(thing, counts)
    if counts.updated < counts.desired - held:
        return f'{label(thing)} ({counts.updated} of {counts.desired} pods updated)'
    if thing.get('kind') == 'Deployment' and counts.old:
        return f'{label(thing)} ({counts.old} old to go)'
    return ''


def _held(thing: Object, counts: Progress) -> int:
    """How many pods its strategy keeps as they are."""
    strategy = part(thing, 'spec', 'updateStrategy')
    if text(strategy, 'type') == 'OnDelete':
        return counts.desired
    return number(strategy, 'rollingUpdate', 'partition')


def replica_set(view: View, thing: Object) -> Object:
    """A Deployment's of the present revision; empty where there is none."""
    revision = text(thing, 'metadata', 'annotations', _REVISION)
    for one in view.owned.get(uid(thing), ()):
        if revision and text(one, 'metadata', 'annotations', _REVISION) == revision:
            return one
    return {}


def pods(view: View, thing: Object) -> list[Object]:
    """Its living pods of the present revision."""
    if thing.get('kind') == 'Deployment':
        newest = replica_set(view, thing)
        return [pod for pod in view.owned.get(uid(newest), ()) if newest and is_living(pod)]
    owned = view.owned.get(uid(thing), ())
    return [
        one for one in owned if one.get('kind') == 'Pod' and is_living(one) and _new(thing, one)
    ]


def _new(thing: Object, pod: Object) -> bool:
    labels = part(pod, 'metadata', 'labels')
    if thing.get('kind') == 'StatefulSet':
        wanted = text(thing, 'status', 'updateRevision')
        return not wanted or labels.get('controller-revision-hash') == wanted
    wanted = text(thing, 'metadata', 'annotations', _GENERATION)
    return not wanted or labels.get('pod-template-generation') == wanted
