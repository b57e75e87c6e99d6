"""One pod's condition in a few words. Pure."""

from __future__ import annotations

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
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
# Between two attempts the kubelet changes its word; nothing else has changed.
_PULLING = ('ErrImagePull', 'ImagePullBackOff')


def describe_pod(pod: Object) -> str:
    """What a person would say of the pod: where it is, what it waits for, how it ended."""
    if is_deleting(pod):
        return 'going'
    scheduled = condition(pod, 'PodScheduled')
    if scheduled.get('status') == 'False':
        return f'has no node: {get_str(scheduled, "message") or get_str(scheduled, "reason")}'
    if is_finished(pod):
        return _finished(pod)
    trouble = next((told for told in map(_trouble, containers(pod)) if told), '')
    if trouble or is_ready(pod):
        return trouble or 'ready'
    return _progress(pod)


def _progress(pod: Object) -> str:
    running = [one for one in containers(pod) if one.running]
    init = next((one for one in running if one.role == 'init'), None)
    if init is not None:
        return f'init step {init.step}/{init.steps}: {init.name}'
    if any(one.role == 'app' for one in running):
        return 'running'
    node = get_str(pod, 'spec', 'nodeName')
    return f'on {node}, starting' if node else 'waiting for a node'


def _trouble(container: Container) -> str:
    """What is wrong with a container, if anything is."""
    reason = get_str(container.waiting, 'reason')
    if reason in _PULLING:
        return f'{container.name} cannot pull its image'
    if reason and reason not in _CREATING:
        return f'{container.name} waiting: {reason}'
    end = container.last_termination
    if not end or (container.role == 'init' and not get_int(end, 'exitCode')):
        return ''
    told = f'{container.name} {_how(end)}{_again(container)}'
    if container.running:
        return f'{told}, started again'
    return told


def _how(end: Object) -> str:
    if end.get('reason') == 'OOMKilled':
        return 'was OOMKilled'
    return f'exited {get_int(end, "exitCode")}'


def _again(container: Container) -> str:
    return f' for the {ordinal(container.terminations)} time' if container.terminations > 1 else ''


def _finished(pod: Object) -> str:
    if phase(pod) == 'Succeeded':
        return 'completed'
    reason = get_str(pod, 'status', 'reason')
    told = next(
        (_trouble(one) for one in containers(pod) if one.last_termination.get('exitCode')), ''
    )
    return f'failed: {reason or told or "no reason given"}'
