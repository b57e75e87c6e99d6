"""A Rollout with all that is behind it, read once of a view and judged by the other modules."""

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

# What a Rollout may take its template from (rollout/templateref.go). A PodTemplate has no
# generation of its own, and no selector.
_REFERRED = {
    'Deployment': DEPLOYMENTS,
    'ReplicaSet': REPLICASETS,
}

HASH = 'rollouts-pod-template-hash'
_REVISION = 'rollout.argoproj.io/revision'
_WORKLOAD = 'rollout.argoproj.io/workload-generation'

# What an analysis or an experiment may say where nothing more will come of it.
ENDED = ('Successful', 'Failed', 'Error', 'Inconclusive')
BROKEN = ('Failed', 'Error')


class Rollout(NamedTuple):
    """`newest` is the ReplicaSet that is rolled out, `stable` that which served before (the same
    one when all is done), `workload` what the template is taken from; each is empty where it is
    not there. `runs` are the AnalysisRuns of the newest revision, and `experiments` its
    Experiments, the oldest first.
    """

    view: View
    thing: Object
    workload: Object
    newest: Object
    stable: Object
    replica_sets: tuple[Object, ...]
    runs: tuple[Object, ...]
    experiments: tuple[Object, ...]
    progress: Progress

    @property
    def status(self) -> Object:
        """What the controller says."""
        return get_dict(self.thing, 'status')

    @property
    def canary(self) -> Object:
        """spec.strategy.canary."""
        return get_dict(self.thing, 'spec', 'strategy', 'canary')

    @property
    def blue_green(self) -> Object:
        """spec.strategy.blueGreen."""
        return get_dict(self.thing, 'spec', 'strategy', 'blueGreen')

    @property
    def is_promoted(self) -> bool:
        """Whether the newest revision is the stable one."""
        stable = get_str(self.status, 'stableRS')
        return bool(stable) and stable == get_str(self.status, 'currentPodHash')


def workload_watch(view: View) -> Watch | None:
    """What brings the workload that the Rollout refers to, where it does that."""
    ref = get_dict(view.object, 'spec', 'workloadRef')
    resource = _REFERRED.get(get_str(ref, 'kind'))
    if resource is None or not get_str(ref, 'name'):
        return None
    return Watch(resource, view.target.namespace, fields=f'metadata.name={get_str(ref, "name")}')


def labels(view: View) -> str:
    """The selector of its pods and ReplicaSets, as text; without one, of all Rollouts' there are.

    A Rollout that refers to a workload may leave the selector to it.
    """
    spec = get_dict(view.object, 'spec', 'selector') or get_dict(
        _workload(view), 'spec', 'selector'
    )
    return label_selector(spec) or HASH


def read(view: View) -> Rollout:
    """What is behind the target of a view."""
    thing = view.object or {}
    status, owned = get_dict(thing, 'status'), view.children_by_owner_uid.get(uid(thing), ())
    sets = [one for one in owned if one.get('kind') == 'ReplicaSet']
    workload = _workload(view)
    seen = is_seen(thing, workload)
    # Until the controller has seen the change, «newest» is what is about to be replaced.
    newest = _of_hash(sets, get_str(status, 'currentPodHash')) if seen else {}
    current = revision_of(newest)
    others = [one for one in owned if current and revision_of(one) == current]
    others.sort(key=lambda one: get_str(one, 'metadata', 'creationTimestamp'))
    updated = get_int(status, 'updatedReplicas')
    return Rollout(
        view=view,
        thing=thing,
        workload=workload,
        newest=newest,
        stable=_of_hash(sets, get_str(status, 'stableRS')),
        replica_sets=tuple(sets),
        runs=tuple(one for one in others if one.get('kind') == 'AnalysisRun'),
        experiments=tuple(one for one in others if one.get('kind') == 'Experiment'),
        progress=Progress(
            desired=get_int(thing, 'spec', 'replicas', default=1),
            updated=updated,
            ready=get_int(status, 'readyReplicas'),
            available=get_int(status, 'availableReplicas'),
            old=max(0, get_int(status, 'replicas') - updated),
        ),
    )


def measured(thing: Object) -> list[Resource]:
    """The kinds of what its strategy makes to find out whether the newest revision is good."""
    canary = get_dict(thing, 'spec', 'strategy', 'canary')
    done = [
        get_dict(canary, 'analysis'),
        *(get_dict(one, 'analysis') for one in get_dicts(canary, 'steps')),
    ]
    blue_green = get_dict(thing, 'spec', 'strategy', 'blueGreen')
    done += [get_dict(blue_green, f'{when}PromotionAnalysis') for when in ('pre', 'post')]
    found = [ANALYSISRUNS] if any(done) else []
    tried = any(get_dict(one, 'experiment') for one in get_dicts(canary, 'steps'))
    return [*found, EXPERIMENTS] if tried else found


def is_seen(thing: Object, workload: Object) -> bool:
    """Whether the controller has seen the newest spec, and the newest template.

    Its observedGeneration is text. Versions before 0.10 wrote a hash there: what is no number, or
    one that is too large, tells nothing.
    """
    status, annotations = get_dict(thing, 'status'), get_dict(thing, 'metadata', 'annotations')
    generation = get_int(thing, 'metadata', 'generation')
    if not status or get_int(status, 'observedGeneration', default=generation) < generation:
        return False
    if not get_dict(thing, 'spec', 'workloadRef'):
        return True
    changed = max(get_int(annotations, _WORKLOAD), get_int(workload, 'metadata', 'generation'))
    return get_int(status, 'workloadObservedGeneration', default=changed) >= changed


def revision_of(thing: Object) -> str:
    """The number of the revision that a ReplicaSet, an AnalysisRun or an Experiment is of."""
    return get_str(thing, 'metadata', 'annotations', _REVISION)


def updated_pods(rollout: Rollout) -> tuple[Object, ...]:
    """The living pods of the newest revision."""
    newest = (rollout.newest,) if rollout.newest else ()
    return tuple(pod for pod in _pods(rollout.view, newest) if is_living(pod))


def tried_pods(rollout: Rollout) -> tuple[Object, ...]:
    """The living pods of experiments that have not ended."""
    running = [one for one in rollout.experiments if get_str(one, 'status', 'phase') not in ENDED]
    sets = _owned(rollout.view, running)
    return tuple(pod for pod in _pods(rollout.view, sets) if is_living(pod))


def all_pods(rollout: Rollout) -> tuple[Object, ...]:
    """The pods of all revisions and experiments, whatever became of them."""
    sets = (*rollout.replica_sets, *_owned(rollout.view, rollout.experiments))
    return tuple(_pods(rollout.view, sets))


def behind(rollout: Rollout) -> tuple[Object, ...]:
    """What is made for the newest revision, besides pods."""
    tried = (*rollout.experiments, *_owned(rollout.view, rollout.experiments))
    return (*((rollout.newest,) if rollout.newest else ()), *rollout.runs, *tried)


def _owned(view: View, owners: Iterable[Object]) -> list[Object]:
    return [one for each in owners for one in view.children_by_owner_uid.get(uid(each), ())]


def _pods(view: View, owners: Iterable[Object]) -> list[Object]:
    return [one for one in _owned(view, owners) if one.get('kind') == 'Pod']


def _workload(view: View) -> Object:
    watch = workload_watch(view)
    return next(iter(view.objects_of(watch)), {}) if watch else {}


def _of_hash(replica_sets: Iterable[Object], wanted: str) -> Object:
    found = (one for one in replica_sets if get_str(one, 'metadata', 'labels', HASH) == wanted)
    return next(found, {}) if wanted else {}


def steps(rollout: Rollout) -> list[Object]:
    """The steps of a canary."""
    return get_dicts(rollout.canary, 'steps')
