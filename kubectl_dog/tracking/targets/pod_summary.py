"""Describe the condition of a pod in a few words."""

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
# The kubelet alternates between these reasons; nothing else changes.
_PULLING = ('ErrImagePull', 'ImagePullBackOff')


def describe_pod(pod: Object) -> str:
    """Describe where a pod is, what it waits for, or how it ended."""
    if is_deleting(pod):
        return 'going'
    scheduled = condition(pod, 'PodScheduled')
    if scheduled.get('status') == 'False':
        return f'has no node: {get_str(scheduled, "message") or get_str(scheduled, "reason")}'
    if is_finished(pod):
        return _finished(pod)
    trouble = next(filter(None, map(_trouble, containers(pod))), '')
    if trouble or is_ready(pod):
        return trouble or 'ready'
    return _progress(pod)


def _progress(pod: Object) -> str:
    running = [container for container in containers(pod) if container.running]
    init = next((container for container in running if container.role == 'init'), None)
    if init is not None:
        return f'init step {init.step}/{init.steps}: {init.name}'
    if any(container.role == 'app' for container in running):
        return 'running'
    node = get_str(pod, 'spec', 'nodeName')
    return f'on {node}, starting' if node else 'waiting for a node'


def _trouble(container: Container) -> str:
    """The problem of a container; empty if it has none."""
    reason = get_str(container.waiting, 'reason')
    if reason in _PULLING:
        return f'{container.name} cannot pull its image'
    if reason and reason not in _CREATING:
        return f'{container.name} waiting: {reason}'
    end = container.last_termination
    if not end or (container.role == 'init' and not get_int(end, 'exitCode')):
        return ''
    times = container.terminations
    count = f' for the {ordinal(times)} time' if times > 1 else ''
    restarted = ', started again' if container.running else ''
    return f'{container.name} {_exit(end)}{count}{restarted}'


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
    trouble = next(map(_trouble, exited), '')
    return f'failed: {reason or trouble or "no reason given"}'
