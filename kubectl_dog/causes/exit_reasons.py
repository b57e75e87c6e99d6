"""Diagnose why a container terminated: exit codes, signals and messages of the runtime."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.causes import probe_evidence
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.pods import Container

_SIGNALS = {
    129: 'SIGHUP',
    130: 'SIGINT',
    132: 'illegal instruction (SIGILL)',
    134: 'aborted (SIGABRT)',
    135: 'bus error (SIGBUS)',
    136: 'arithmetic error (SIGFPE)',
    137: 'killed (SIGKILL)',
    139: 'segmentation fault (SIGSEGV)',
    143: 'terminated (SIGTERM)',
}

# Messages of the runtime for a container that could not be started, the most specific first.
_START_ERRORS = (
    ('exec format error', 'WrongArchitecture'),
    ('permission denied', 'PermissionDenied'),
    ('executable file not found', 'CommandNotFound'),
    ('no such file or directory', 'CommandNotFound'),
)
# Seconds from SIGTERM to SIGKILL, unless the pod has another value.
_DEFAULT_GRACE = 30
NOT_STARTED = ('StartError', 'ContainerCannotRun', 'RunContainerError')


_EXITS = {
    0: ('ExitsNormally', ', but it should keep running'),
    126: ('PermissionDenied', ': its command is not executable'),
    127: ('CommandNotFound', ': command not found'),
}


class Diagnosis(NamedTuple):
    """Why a container terminated: a code of the catalogue, and a sentence.

    `detail` follows what else is known of the run.
    """

    code: str
    message: str
    detail: str = ''


def diagnose(
    pod: Object,
    container: Container,
    kube_events: tuple[Object, ...],
    label: str,
) -> Diagnosis | None:
    """Diagnose the last termination; None for an init container that exited with code 0.

    kube_events: those about the container. label: the container in sentences, such as
    `container "app"`.
    """
    termination = container.last_termination
    grace = get_int(pod, 'spec', 'terminationGracePeriodSeconds', default=_DEFAULT_GRACE)
    kill = probe_evidence.find_kill(container, kube_events, grace)
    if kill:
        return _killed(container, kube_events, label, kill)
    if container.waiting.get('reason') == 'PostStartHookError':
        return Diagnosis('PostStartHook', f'the postStart hook of {label} failed')
    if termination.get('reason') == 'OOMKilled':
        limit = get_str(container.spec, 'resources', 'limits', 'memory')
        amount = f' of {limit}' if limit else ''
        message = (
            f'{label} was killed (OOMKilled) because it used more than its memory limit{amount}'
        )
        return Diagnosis('OOMKilled', message)
    if termination.get('reason') in NOT_STARTED or container.waiting.get('reason') in NOT_STARTED:
        return not_started(container, label)
    return _exit(container, get_int(termination, 'exitCode'), label)


def _killed(
    container: Container, kube_events: tuple[Object, ...], label: str, kill: probe_evidence.Kill
) -> Diagnosis:
    spec = probe_evidence.spec_of(container, kill.probe)
    probe = f'{kill.probe.lower()} probe'
    details = f' ({probe_evidence.describe_probe(spec)})' if spec else ''
    answer = probe_evidence.last_answer(kube_events, kill.probe)
    code = f'{kill.probe}ProbeFailed'
    if not kill.is_reported:
        message = f'{label} was killed (SIGKILL), most likely because its {probe}{details} failed'
        return Diagnosis(code, message)
    message = f'{label} was killed because its {probe}{details} failed'
    return Diagnosis(code, message, f': {answer}' if answer else '')


def _exit(container: Container, code: int, label: str) -> Diagnosis | None:
    if code == 0 and container.role == 'init':
        return None
    if code in _EXITS:
        name, meaning = _EXITS[code]
        return Diagnosis(name, f'{label} exited with code {code}{meaning}')
    meaning = f': {_SIGNALS[code]}' if code in _SIGNALS else ''
    return Diagnosis('CrashLoop', f'{label} exited with code {code}{meaning}')


def not_started(container: Container, label: str) -> Diagnosis:
    """Diagnose a container that the runtime could not start."""
    message = message_of(container.last_termination) or message_of(container.waiting)
    for text, code in _START_ERRORS:
        if text in message:
            return Diagnosis(code, f'{label} cannot be started: {_short_reason(message)}')
    reason = f': {_short_reason(message)}' if message else ''
    return Diagnosis('ExecFailed', f'{label} cannot be started{reason}')


def _short_reason(message: str) -> str:
    """Return the end of a runtime's message, which has the reason after a chain of wrappers."""
    _, separator, rest = message.partition('exec: ')
    return f'exec: {rest}' if separator else message.rpartition('caused: ')[2] or message
