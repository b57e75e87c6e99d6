"""Read a Rollout with its ReplicaSets, analyses and experiments from a view."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kubectl_dog.tracker import DEPLOYMENTS
from kubectl_dog.tracker import REPLICASETS
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import Progress
from kubectl_dog.tracker import Resource
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_dicts
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_living
from kubectl_dog.tracker import label_selector
from kubectl_dog.tracker import uid

ANALYSISRUNS = Resource('argoproj.io', 'v1alpha1', 'analysisruns', 'AnalysisRun', 'analysisrun')
EXPERIMENTS = Resource('argoproj.io', 'v1alpha1', 'experiments', 'Experiment', 'experiment')

# The kinds of `workloadRef` (rollout/templateref.go). A PodTemplate has no generation and no
# selector.
_WORKLOAD_KINDS = {
    'Deployment': DEPLOYMENTS,
    'ReplicaSet': REPLICASETS,
}

HASH = 'rollouts-pod-template-hash'
_REVISION = 'rollout.argoproj.io/revision'
_WORKLOAD = 'rollout.argoproj.io/workload-generation'

# The final phases of an analysis or an experiment.
ENDED = ('Successful', 'Failed', 'Error', 'Inconclusive')
BROKEN = ('Failed', 'Error')


class Rollout(NamedTuple):
    """A Rollout with its related objects.

    `newest` is the ReplicaSet that is rolled out, `stable` the one that served before (the same
    after the rollout), `workload` the object of `workloadRef`; each is empty if it does not exist.
    `runs` and `experiments` belong to the newest revision, the oldest first.
    """

    view: View
    obj: Object
    workload: Object
    newest: Object
    stable: Object
    replica_sets: tuple[Object, ...]
    runs: tuple[Object, ...]
    experiments: tuple[Object, ...]
    progress: Progress

    @property
    def status(self) -> Object:
        """The status of the Rollout."""
        return get_dict(self.obj, 'status')

    @property
    def canary(self) -> Object:
        """spec.strategy.canary."""
        return get_dict(self.obj, 'spec', 'strategy', 'canary')

    @property
    def blue_green(self) -> Object:
        """spec.strategy.blueGreen."""
        return get_dict(self.obj, 'spec', 'strategy', 'blueGreen')

    @property
    def is_promoted(self) -> bool:
        """Whether the newest revision is the stable one."""
        stable = get_str(self.status, 'stableRS')
        return bool(stable) and stable == get_str(self.status, 'currentPodHash')


def workload_watch(view: View) -> Watch | None:
    """The watch for the workload of `workloadRef`, or None."""
    ref = get_dict(view.object, 'spec', 'workloadRef')
    resource = _WORKLOAD_KINDS.get(get_str(ref, 'kind'))
    if resource is None or not get_str(ref, 'name'):
        return None
    return Watch(resource, view.target.namespace, fields=f'metadata.name={get_str(ref, "name")}')


def labels(view: View) -> str:
    """The label selector of its pods; without one, that of the pods of all Rollouts.

    A Rollout with a `workloadRef` may omit the selector.
    """
    spec = get_dict(view.object, 'spec', 'selector') or get_dict(
        _workload(view), 'spec', 'selector'
    )
    return label_selector(spec) or HASH


def read(view: View) -> Rollout:
    """The Rollout of a view with its related objects."""
    obj = view.object or {}
    status, owned = get_dict(obj, 'status'), view.children_by_owner_uid.get(uid(obj), ())
    sets = [child for child in owned if child.get('kind') == 'ReplicaSet']
    workload = _workload(view)
    seen = is_observed(obj, workload)
    # Before the controller has observed the change, currentPodHash is the revision before.
    newest = _with_hash(sets, get_str(status, 'currentPodHash')) if seen else {}
    current = revision_of(newest)
    others = [child for child in owned if current and revision_of(child) == current]
    others.sort(key=lambda child: get_str(child, 'metadata', 'creationTimestamp'))
    updated = get_int(status, 'updatedReplicas')
    return Rollout(
        view=view,
        obj=obj,
        workload=workload,
        newest=newest,
        stable=_with_hash(sets, get_str(status, 'stableRS')),
        replica_sets=tuple(sets),
        runs=tuple(child for child in others if child.get('kind') == 'AnalysisRun'),
        experiments=tuple(child for child in others if child.get('kind') == 'Experiment'),
        progress=Progress(
            desired=get_int(obj, 'spec', 'replicas', default=1),
            updated=updated,
            ready=get_int(status, 'readyReplicas'),
            available=get_int(status, 'availableReplicas'),
            old=max(0, get_int(status, 'replicas') - updated),
        ),
    )


def measurement_kinds(obj: Object) -> list[Resource]:
    """The kinds that its strategy creates to measure the newest revision."""
    canary = get_dict(obj, 'spec', 'strategy', 'canary')
    done = [
        get_dict(canary, 'analysis'),
        *(get_dict(step, 'analysis') for step in get_dicts(canary, 'steps')),
    ]
    blue_green = get_dict(obj, 'spec', 'strategy', 'blueGreen')
    done += [get_dict(blue_green, f'{when}PromotionAnalysis') for when in ('pre', 'post')]
    kinds = [ANALYSISRUNS] if any(done) else []
    in_experiments = any(get_dict(step, 'experiment') for step in get_dicts(canary, 'steps'))
    return [*kinds, EXPERIMENTS] if in_experiments else kinds


def is_observed(obj: Object, workload: Object) -> bool:
    """Whether the controller has observed the newest spec and the newest template.

    Its observedGeneration is text. Versions before 0.10 wrote a hash: text that is no number, or a
    number that is too large, counts as observed.
    """
    status, annotations = get_dict(obj, 'status'), get_dict(obj, 'metadata', 'annotations')
    generation = get_int(obj, 'metadata', 'generation')
    if not status or get_int(status, 'observedGeneration', default=generation) < generation:
        return False
    if not get_dict(obj, 'spec', 'workloadRef'):
        return True
    changed = max(get_int(annotations, _WORKLOAD), get_int(workload, 'metadata', 'generation'))
    return get_int(status, 'workloadObservedGeneration', default=changed) >= changed


def revision_of(obj: Object) -> str:
    """The revision number of a ReplicaSet, an AnalysisRun or an Experiment."""
    return get_str(obj, 'metadata', 'annotations', _REVISION)


def updated_pods(rollout: Rollout) -> tuple[Object, ...]:
    """The living pods of the newest revision."""
    newest = (rollout.newest,) if rollout.newest else ()
    return tuple(pod for pod in _pods(rollout.view, newest) if is_living(pod))


def experiment_pods(rollout: Rollout) -> tuple[Object, ...]:
    """The living pods of experiments that have not ended."""
    running = [obj for obj in rollout.experiments if get_str(obj, 'status', 'phase') not in ENDED]
    sets = _owned(rollout.view, running)
    return tuple(pod for pod in _pods(rollout.view, sets) if is_living(pod))


def all_pods(rollout: Rollout) -> tuple[Object, ...]:
    """The pods of all revisions and experiments, in any phase."""
    sets = (*rollout.replica_sets, *_owned(rollout.view, rollout.experiments))
    return tuple(_pods(rollout.view, sets))


def children(rollout: Rollout) -> tuple[Object, ...]:
    """The objects of the newest revision, without pods."""
    in_experiments = (*rollout.experiments, *_owned(rollout.view, rollout.experiments))
    return (*((rollout.newest,) if rollout.newest else ()), *rollout.runs, *in_experiments)


def _owned(view: View, owners: Iterable[Object]) -> list[Object]:
    return [child for owner in owners for child in view.children_by_owner_uid.get(uid(owner), ())]


def _pods(view: View, owners: Iterable[Object]) -> list[Object]:
    return [child for child in _owned(view, owners) if child.get('kind') == 'Pod']


def _workload(view: View) -> Object:
    watch = workload_watch(view)
    return next(iter(view.objects_of(watch)), {}) if watch else {}


def _with_hash(replica_sets: Iterable[Object], wanted: str) -> Object:
    objects = (obj for obj in replica_sets if get_str(obj, 'metadata', 'labels', HASH) == wanted)
    return next(objects, {}) if wanted else {}


def steps(rollout: Rollout) -> list[Object]:
    """The steps of a canary."""
    return get_dicts(rollout.canary, 'steps')
