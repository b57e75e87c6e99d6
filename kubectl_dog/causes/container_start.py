"""Family «container start»: containers that end though they should go on running."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.causes.endings import NOT_STARTED
from kubectl_dog.causes.endings import diagnose
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import part
from kubectl_dog.model.objects import text
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import Container
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.pods import phase
from kubectl_dog.model.times import epoch
from kubectl_dog.model.views import View

# Running this long after its last end, a container counts as recovered.
RECOVERED_AFTER = 10.0


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Causes of the app containers and sidecars of one pod."""
    for container in containers(pod):
        if container.role != 'init':
            yield from crashing(view, pod, container, f'container {container.name}')


def crashing(view: View, pod: Object, container: Container, called: str) -> Iterator[Cause]:
    """The cause that one container shows by ending, if it does; `called` names it in sentences."""
    before = view.history.get((uid(pod), container.name), 0)
    if not container.last_end or _has_recovered(view, pod, container):
        return
    if container.ends <= before and not _is_stuck(container, before):
        return
    never = text(pod, 'spec', 'restartPolicy') == 'Never'
    if never and phase(pod) != 'Failed':
        return
    found = diagnose(container, _kube_events(view, pod, container), called)
    if found is not None:
        yield Cause(
            code='ContainerFailed' if never and found.code == 'CrashLoop' else found.code,
            reason=_reason(view, pod, container),
            subject=container.name,
            message=found.message + _manner(container),
            pods=(name(pod),),
            ends=max(0, container.ends - before),
            ends_before=before,
            standing=not container.running,
            evidence=tuple(_evidence(container)),
            logs=(LogRef(uid(pod), container.name, container.ended_instance),),
            remedies=(_logs_command(view, pod, container),),
        )


def _has_recovered(view: View, pod: Object, container: Container) -> bool:
    since = container.running_since
    if since is None:
        return False
    proven = is_ready(pod) and bool(container.spec.get('readinessProbe'))
    return proven or view.now - since >= RECOVERED_AFTER


def _is_stuck(container: Container, before: int) -> bool:
    """A back-off from before the run: a standing condition, whatever the history."""
    return before > 0 and not container.running


def _kube_events(view: View, pod: Object, container: Container) -> tuple[Object, ...]:
    field = f'{{{container.name}}}'
    return tuple(
        event
        for event in view.about.get(uid(pod), ())
        if text(event, 'involvedObject', 'fieldPath').endswith(field)
    )


def _reason(view: View, pod: Object, container: Container) -> str:
    """The kubelet's own word; it often keeps `terminated` during a back-off (the event tells)."""
    waiting = text(container.waiting, 'reason')
    backing_off = any(e.get('reason') == 'BackOff' for e in _kube_events(view, pod, container))
    if not waiting and backing_off and container.ends > 1:
        return 'CrashLoopBackOff'
    return waiting or text(container.last_end, 'reason')


def _manner(container: Container) -> str:
    """How long the last instance lived, in words; empty where nobody knows."""
    started = epoch(container.last_end.get('startedAt'))
    finished = epoch(container.last_end.get('finishedAt'))
    if started is None or finished is None or started <= 0:
        return ''
    lived = finished - started
    return ', within a second of starting' if lived < 2 else f', {lived:.0f}s after starting'


def _evidence(container: Container) -> Iterator[str]:
    said = text(container.last_end, 'message').strip()
    if said and container.last_end.get('reason') not in NOT_STARTED:
        yield f'termination message: {said.splitlines()[-1]}'


def _logs_command(view: View, pod: Object, container: Container) -> str:
    previous = '' if part(container.status, 'state', 'terminated') else ' --previous'
    return f'kubectl logs -n {view.target.namespace} {name(pod)} -c {container.name}{previous}'
