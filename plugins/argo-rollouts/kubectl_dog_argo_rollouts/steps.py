"""What a canary or a blue/green rollout is about to do, in words."""

from __future__ import annotations

from kubectl_dog.tracker import Object
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog_argo_rollouts.reading import Rollout
from kubectl_dog_argo_rollouts.reading import steps


def current(rollout: Rollout) -> Object:
    """The step of the canary that is being done; empty where none is."""
    index, found = _index(rollout), steps(rollout)
    return found[index] if 0 <= index < len(found) and not rollout.is_promoted else {}


def place(rollout: Rollout) -> str:
    """Which step that is: `step 2 of 5`; empty where there is none."""
    if not current(rollout):
        return ''
    return f'step {_index(rollout) + 1} of {len(steps(rollout))}'


def where(rollout: Rollout) -> str:
    """The same with what it does: `step 2 of 5 (setWeight 20)`."""
    at = place(rollout)
    return f'{at} ({_words(current(rollout))})' if at else ''


def _index(rollout: Rollout) -> int:
    return get_int(rollout.status, 'currentStepIndex', default=-1)


def _words(step: Object) -> str:
    """A step is an object with one field, whose name says what it does."""
    kind = next((key for key in step if isinstance(key, str)), '')
    if kind == 'setWeight':
        return f'setWeight {get_int(step, kind)}'
    if kind == 'setCanaryScale':
        how = get_dict(step, kind)
        told = (
            f'{field} {get_int(how, field)}' for field in ('weight', 'replicas') if field in how
        )
        return f'setCanaryScale to {next(told, "the weight of the traffic")}'
    name = get_str(step, kind, 'name')
    return f'{kind} {name}' if name else kind


def missing(rollout: Rollout) -> str:
    """What is missing, in the words that complete «waiting for …»."""
    counts, newest = rollout.progress, rollout.newest
    if not newest:
        return 'the ReplicaSet of the newest revision'
    wanted, available = (
        get_int(newest, 'spec', 'replicas'),
        get_int(newest, 'status', 'availableReplicas'),
    )
    at = where(rollout)
    if available < wanted:
        pods = f'{wanted - available} of {_pods(wanted)} to become ready'
        return f'{at}: {pods}' if at else pods
    if at:
        return f'{at} to be done'
    if counts.updated < counts.desired:
        return f'{counts.desired - counts.updated} of {_pods(counts.desired)} to be updated'
    return _said(rollout)


def _said(rollout: Rollout) -> str:
    """The controller's own words for the rest: cutting over, scaling down, restarting."""
    said = get_str(rollout.status, 'message')
    if said == 'old replicas are pending termination' and rollout.progress.old:
        old = rollout.progress.old
        return f'{old} old {"pod" if old == 1 else "pods"} to go'
    return f'its controller ({said})' if said else 'its controller'


def _pods(number_of: int) -> str:
    return '1 pod' if number_of == 1 else f'{number_of} pods'
