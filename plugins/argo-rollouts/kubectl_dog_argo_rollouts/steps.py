"""The current step of a Rollout, and what is missing for it, as text."""

from __future__ import annotations

from kubectl_dog.tracker import Object
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog_argo_rollouts.reading import Rollout
from kubectl_dog_argo_rollouts.reading import steps


def current(rollout: Rollout) -> Object:
    """The current step of the canary; empty if there is none."""
    index, all_steps = _index(rollout), steps(rollout)
    return all_steps[index] if 0 <= index < len(all_steps) and not rollout.is_promoted else {}


def step_label(rollout: Rollout) -> str:
    """The number of the current step, `step 2 of 5`; empty if there is none."""
    if not current(rollout):
        return ''
    return f'step {_index(rollout) + 1} of {len(steps(rollout))}'


def describe_position(rollout: Rollout) -> str:
    """The current step with its action: `step 2 of 5 (setWeight 20)`."""
    position = step_label(rollout)
    return f'{position} ({_describe_step(current(rollout))})' if position else ''


def _index(rollout: Rollout) -> int:
    return get_int(rollout.status, 'currentStepIndex', default=-1)


def _describe_step(step: Object) -> str:
    """The action of a step, which is an object with a single field."""
    kind = next((key for key in step if isinstance(key, str)), '')
    if kind == 'setWeight':
        return f'setWeight {get_int(step, kind)}'
    if kind == 'setCanaryScale':
        how = get_dict(step, kind)
        settings = (
            f'{field} {get_int(how, field)}' for field in ('weight', 'replicas') if field in how
        )
        return f'setCanaryScale to {next(settings, "the weight of the traffic")}'
    name = get_str(step, kind, 'name')
    return f'{kind} {name}' if name else kind


def describe_missing(rollout: Rollout) -> str:
    """The missing part, as text for "waiting for"."""
    counts, newest = rollout.progress, rollout.newest
    if not newest:
        return 'the ReplicaSet of the newest revision'
    wanted, available = (
        get_int(newest, 'spec', 'replicas'),
        get_int(newest, 'status', 'availableReplicas'),
    )
    position = describe_position(rollout)
    if available < wanted:
        pods = f'{wanted - available} of {_pods(wanted)} to become ready'
        return f'{position}: {pods}' if position else pods
    if position:
        return f'{position} to be done'
    if counts.updated < counts.desired:
        return f'{counts.desired - counts.updated} of {_pods(counts.desired)} to be updated'
    return _controller_message(rollout)


def _controller_message(rollout: Rollout) -> str:
    """The message of the controller for other phases: cutting over, scaling down, restarting."""
    message = get_str(rollout.status, 'message')
    if message == 'old replicas are pending termination' and rollout.progress.old:
        old = rollout.progress.old
        return f'{old} old {"pod" if old == 1 else "pods"} to go'
    return f'its controller ({message})' if message else 'its controller'


def _pods(number_of: int) -> str:
    return '1 pod' if number_of == 1 else f'{number_of} pods'
