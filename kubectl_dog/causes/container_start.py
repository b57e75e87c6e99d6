"""Find containers that end though they should keep running (family "container start")."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.causes.catalogue import BASELINE_BACKOFF_SECONDS
from kubectl_dog.causes.catalogue import BASELINE_RESTARTS
from kubectl_dog.causes.exit_reasons import NOT_STARTED
from kubectl_dog.causes.exit_reasons import diagnose
from kubectl_dog.causes.kube_event_queries import eviction_event
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.items import Object
from kubectl_dog.model.min_uptime import last_run_seconds
from kubectl_dog.model.min_uptime import min_uptime
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import Container
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_finished
from kubectl_dog.model.views import View


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the causes in the app containers and sidecars of one pod."""
    if _ended_from_outside(view, pod):
        # The exit codes of containers that were stopped explain nothing.
        if get_str(pod, 'status', 'reason') == 'DeadlineExceeded':
            yield _deadline_cause(view, pod)
        return
    for container in containers(pod):
        if container.role != 'init':
            yield from crash_cause(view, pod, container, f'container {container.name}')


def _ended_from_outside(view: View, pod: Object) -> bool:
    """Whether the whole pod was stopped: a pod that restarts containers never ends by itself."""
    if not is_finished(pod):
        return False
    is_lasting = get_str(pod, 'spec', 'restartPolicy') == 'Always'
    return is_lasting or bool(get_str(pod, 'status', 'reason') or eviction_event(view, pod))


def _deadline_cause(view: View, pod: Object) -> Cause:
    deadline = get_int(pod, 'spec', 'activeDeadlineSeconds')
    return Cause(
        code='ContainerFailed',
        reason='DeadlineExceeded',
        subject='pod',
        message=f'the pod ran for longer than it may (activeDeadlineSeconds {deadline})',
        pods=(name(pod),),
        logs=tuple(
            LogRef(uid(pod), container.name, container.terminated_instance)
            for container in containers(pod)
        ),
        suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
    )


def crash_cause(view: View, pod: Object, container: Container, label: str) -> Iterator[Cause]:
    """Yield the cause of a container's terminations, if any; `label` names it in sentences."""
    key = (uid(pod), container.name)
    before, was_backing_off = view.baseline_terminations.get(key, 0), key in view.baseline_backoff
    if (
        not container.last_termination
        or _has_recovered(view, container)
        or _may_terminate(pod, container)
    ):
        return
    if container.terminations <= before and (container.running or not was_backing_off):
        return
    never_restarts = get_str(pod, 'spec', 'restartPolicy') == 'Never'
    diagnosis = diagnose(container, _kube_events(view, pod, container), label)
    if diagnosis is not None:
        yield Cause(
            code='ContainerFailed'
            if never_restarts and diagnosis.code == 'CrashLoop'
            else diagnosis.code,
            reason=_reason(view, pod, container),
            subject=container.name,
            message=diagnosis.message + _describe_uptime(container),
            pods=(name(pod),),
            terminations=max(0, container.terminations - before),
            terminations_before=before,
            active=not container.running,
            tolerance_seconds=BASELINE_BACKOFF_SECONDS
            if was_backing_off and before >= BASELINE_RESTARTS
            else None,
            evidence=tuple(_evidence(container)),
            logs=(LogRef(uid(pod), container.name, container.terminated_instance),),
            suggested_commands=(_next_command(view, pod, container),),
        )


def _has_recovered(view: View, container: Container) -> bool:
    since = container.running_since
    return since is not None and view.now - since >= min_uptime(container)


def _may_terminate(pod: Object, container: Container) -> bool:
    """Whether it ended without an error in a pod that does not restart such containers."""
    ended_well = get_int(container.last_termination, 'exitCode') == 0
    return ended_well and get_str(pod, 'spec', 'restartPolicy') in ('OnFailure', 'Never')


def _is_backing_off(view: View, pod: Object, container: Container) -> bool:
    """Whether it waits in a back-off; kube events decide where the state stays `terminated`."""
    if container.running or container.waiting:
        return container.waiting.get('reason') == 'CrashLoopBackOff'
    return any(event.get('reason') == 'BackOff' for event in _kube_events(view, pod, container))


def _kube_events(view: View, pod: Object, container: Container) -> tuple[Object, ...]:
    field = f'{{{container.name}}}'
    return tuple(
        event
        for event in view.kube_events_by_uid.get(uid(pod), ())
        if get_str(event, 'involvedObject', 'fieldPath').endswith(field)
    )


def _reason(view: View, pod: Object, container: Container) -> str:
    """The reason that the kubelet gives."""
    waiting = get_str(container.waiting, 'reason')
    if not waiting and container.terminations > 1 and _is_backing_off(view, pod, container):
        return 'CrashLoopBackOff'
    return waiting or get_str(container.last_termination, 'reason')


def _describe_uptime(container: Container) -> str:
    """How long the last instance ran, as part of a sentence; empty if that is not known."""
    lived = last_run_seconds(container)
    if lived is None:
        return ''
    return ', within a second of starting' if lived < 2 else f', {lived:.0f}s after starting'


def _evidence(container: Container) -> Iterator[str]:
    message = message_of(container.last_termination).strip()
    if message and container.last_termination.get('reason') not in NOT_STARTED:
        yield f'termination message: {message.splitlines()[-1]}'


def _next_command(view: View, pod: Object, container: Container) -> str:
    if container.last_termination.get('reason') in NOT_STARTED:
        # A container that never ran has no log.
        return f'kubectl describe pod -n {view.target.namespace} {name(pod)}'
    previous = '' if get_dict(container.status, 'state', 'terminated') else ' --previous'
    return f'kubectl logs -n {view.target.namespace} {name(pod)} -c {container.name}{previous}'
