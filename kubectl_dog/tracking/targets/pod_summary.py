"""Describe the condition of a pod and of its containers."""

from __future__ import annotations

from kubectl_dog.model.events import ContainerState
from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.pods import Container
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_finished
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.pods import phase
from kubectl_dog.model.text_format import ordinal

_CREATING = ('ContainerCreating', 'PodInitializing', 'CrashLoopBackOff')
# The kubelet alternates between these reasons; nothing else changes.
_PULLING = ('ErrImagePull', 'ImagePullBackOff')


class PodSummary(NamedTuple):
    """The condition of a pod; the fields are those of `ChildChanged`."""

    text: str
    container: str = ''
    exits: int = 0
    running_again: bool = False
    is_passing: bool = False
    problem: str = ''
    node: str = ''


def describe_pod(pod: Object) -> PodSummary:
    """Describe where a pod runs, what it waits for, or how it ended."""
    return _describe(pod)._replace(node=get_str(pod, 'spec', 'nodeName'))


def _describe(pod: Object) -> PodSummary:
    if is_deleting(pod):
        return PodSummary('terminating')
    scheduled = condition(pod, 'PodScheduled')
    if scheduled.get('status') == 'False':
        message = get_str(scheduled, 'message') or get_str(scheduled, 'reason')
        return PodSummary(f'not scheduled: {message}')
    if is_finished(pod):
        return PodSummary(_finished(pod))
    trouble = next(filter(None, map(_trouble, containers(pod))), None)
    if trouble or is_ready(pod):
        return trouble or PodSummary('ready')
    return PodSummary(_progress(pod), is_passing=True)


def container_states(pod: Object) -> tuple[ContainerState, ...]:
    """Return the states of all containers, without irrelevant differences."""
    return tuple(map(_container_state, containers(pod)))


def _container_state(container: Container) -> ContainerState:
    state = next(iter(get_dict(container.status, 'state')), '')
    reason = get_str(container.status, 'state', state, 'reason')
    if reason in _PULLING:
        reason = _PULLING[-1]
    elif reason in _CREATING and reason != 'CrashLoopBackOff':
        reason = ''
    exit_code = container.last_termination.get('exitCode')
    return ContainerState(
        container.name,
        state,
        reason,
        exit_code if isinstance(exit_code, int) else None,
        container.restarts,
        container.status.get('ready') is True,
    )


def _progress(pod: Object) -> str:
    running = [container for container in containers(pod) if container.running]
    init = next((container for container in running if container.role == 'init'), None)
    if init is not None:
        return f'init container {init.step}/{init.steps}: {init.name}'
    if any(container.role == 'app' for container in running):
        return 'running'
    node = get_str(pod, 'spec', 'nodeName')
    return f'on {node}, starting' if node else 'waiting for a node'


def _trouble(container: Container) -> PodSummary | None:
    """Return the problem of a container; None if it has none."""
    reason = get_str(container.waiting, 'reason')
    if reason in _PULLING:
        return PodSummary(
            f'{container.name} cannot pull its image', is_passing=True, problem=reason
        )
    if reason and reason not in _CREATING:
        return PodSummary(f'{container.name} waiting: {reason}', is_passing=True, problem=reason)
    end = container.last_termination
    if not end or (container.role == 'init' and not get_int(end, 'exitCode')):
        return None
    times = container.terminations
    count = f' for the {ordinal(times)} time' if times > 1 else ''
    restarted = ', started again' if container.running else ''
    text = f'{container.name} {_exit(end)}{count}{restarted}'
    return PodSummary(text, container.name, times, container.running)


def _exit(end: Object) -> str:
    if end.get('reason') == 'OOMKilled':
        return 'was OOMKilled'
    return f'exited {get_int(end, "exitCode")}'


def _finished(pod: Object) -> str:
    if phase(pod) == 'Succeeded':
        return 'completed'
    reason = get_str(pod, 'status', 'reason')
    exited = (
        container for container in containers(pod) if container.last_termination.get('exitCode')
    )
    trouble = next(map(_trouble, exited), None)
    detail = reason or (trouble.text if trouble else '')
    return f'failed: {detail or "no reason given"}'
