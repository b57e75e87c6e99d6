"""Find containers that terminate though they should keep running (family "container start")."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.causes.catalogue import BASELINE_BACKOFF_SECONDS
from kubectl_dog.causes.catalogue import BASELINE_RESTARTS
from kubectl_dog.causes.exit_reasons import NOT_STARTED
from kubectl_dog.causes.exit_reasons import Diagnosis
from kubectl_dog.causes.exit_reasons import diagnose
from kubectl_dog.causes.exit_reasons import not_started
from kubectl_dog.causes.kube_event_queries import events_about_container
from kubectl_dog.causes.kube_event_queries import eviction_event
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
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

_MEMORY = lazy_compile(r'([0-9]{1,9})([A-Za-z]{0,2})')
_CHANGEABLE = ('Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet')


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the causes in the app containers and sidecars of one pod."""
    if _was_terminated_from_outside(view, pod):
        # The exit codes of containers that were stopped explain nothing.
        if get_str(pod, 'status', 'reason') == 'DeadlineExceeded':
            yield _deadline_cause(view, pod)
        return
    for container in containers(pod):
        if container.role != 'init':
            yield from crash_cause(view, pod, container, f'container "{container.name}"')


def _was_terminated_from_outside(view: View, pod: Object) -> bool:
    """Return whether the pod was stopped from outside: with restartPolicy Always it never ends."""
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
        message=f'the pod ran longer than allowed (activeDeadlineSeconds {deadline})',
        pods=(name(pod),),
        logs=tuple(
            LogRef(uid(pod), container.name, container.terminated_instance)
            for container in containers(pod)
        ),
        suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
    )


def crash_cause(view: View, pod: Object, container: Container, label: str) -> Iterator[Cause]:
    """Yield the cause of a container's terminations, if any; `label` is its name in messages."""
    if not container.last_termination:
        yield from _cause_without_termination(view, pod, container, label)
        return
    key = (uid(pod), container.name)
    before, was_backing_off = view.baseline_terminations.get(key, 0), key in view.baseline_backoff
    if _has_recovered(view, container) or _may_terminate(pod, container):
        return
    if container.terminations <= before and (container.running or not was_backing_off):
        return
    never_restarts = get_str(pod, 'spec', 'restartPolicy') == 'Never'
    diagnosis = diagnose(pod, container, events_about_container(view, pod, container.name), label)
    if diagnosis is not None:
        yield Cause(
            code='ContainerFailed'
            if never_restarts and diagnosis.code == 'CrashLoop'
            else diagnosis.code,
            reason=_reason(view, pod, container),
            subject=container.name,
            message=diagnosis.message + _describe_uptime(container) + diagnosis.detail,
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


def _cause_without_termination(
    view: View, pod: Object, container: Container, label: str
) -> Iterator[Cause]:
    """Yield the cause of a container whose status has only the kubelet's reason."""
    reason, error = get_str(container.waiting, 'reason'), message_of(container.waiting)
    if reason in NOT_STARTED:
        diagnosis = not_started(container, label)
    elif reason == 'CrashLoopBackOff':
        diagnosis = Diagnosis('CrashLoop', f'{label} terminates again and again')
    else:
        return
    before = view.baseline_terminations.get((uid(pod), container.name), 0)
    yield Cause(
        code=diagnosis.code,
        reason=reason,
        subject=container.name,
        message=diagnosis.message,
        pods=(name(pod),),
        terminations=max(0, container.terminations - before),
        terminations_before=before,
        evidence=(f'kubelet: {error}',) if error else (),
        suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
    )


def _has_recovered(view: View, container: Container) -> bool:
    since = container.running_since
    return since is not None and view.now - since >= min_uptime(container)


def _may_terminate(pod: Object, container: Container) -> bool:
    """Return whether a container exited with code 0 in a pod that does not restart it."""
    has_succeeded = get_int(container.last_termination, 'exitCode') == 0
    return has_succeeded and get_str(pod, 'spec', 'restartPolicy') in ('OnFailure', 'Never')


def _is_backing_off(view: View, pod: Object, container: Container) -> bool:
    """Return whether a container is in back-off, by its state or else by Kubernetes events."""
    if container.running or container.waiting:
        return container.waiting.get('reason') == 'CrashLoopBackOff'
    events = events_about_container(view, pod, container.name)
    return any(event.get('reason') == 'BackOff' for event in events)


def _reason(view: View, pod: Object, container: Container) -> str:
    """Return the reason given by the kubelet."""
    waiting = get_str(container.waiting, 'reason')
    if not waiting and container.terminations > 1 and _is_backing_off(view, pod, container):
        return 'CrashLoopBackOff'
    return waiting or get_str(container.last_termination, 'reason')


def _describe_uptime(container: Container) -> str:
    """Return how long the last instance ran, as part of a sentence; empty if that is not known."""
    lived = last_run_seconds(container)
    if lived is None or container.last_termination.get('reason') in NOT_STARTED:
        return ''
    # Both times are in whole seconds.
    return f', {lived:.0f}s after it started' if lived >= 2 else ', less than 2s after it started'


def _evidence(container: Container) -> Iterator[str]:
    message = message_of(container.last_termination).strip()
    if message and container.last_termination.get('reason') not in NOT_STARTED:
        yield f'termination message: {message.splitlines()[-1]}'


def _next_command(view: View, pod: Object, container: Container) -> str:
    if container.last_termination.get('reason') in NOT_STARTED:
        # A container that never ran has no log.
        return f'kubectl describe pod -n {view.target.namespace} {name(pod)}'
    limit = _MEMORY.fullmatch(get_str(container.spec, 'resources', 'limits', 'memory'))
    is_killed = container.last_termination.get('reason') == 'OOMKilled'
    # The pods of a Job cannot be changed.
    if is_killed and limit and view.target.resource.kind in _CHANGEABLE:
        return (
            f'kubectl set resources -n {view.target.namespace} {view.target.label} '
            f'-c {container.name} --limits=memory={2 * int(limit[1])}{limit[2]}'
        )
    if is_killed:
        # Its log does not show what used the memory.
        return f'kubectl describe pod -n {view.target.namespace} {name(pod)}'
    previous = '' if get_dict(container.status, 'state', 'terminated') else ' --previous'
    return f'kubectl logs -n {view.target.namespace} {name(pod)} -c {container.name}{previous}'
