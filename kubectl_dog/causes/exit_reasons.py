"""Diagnose why a container ended: exit codes, signals and messages of the runtime."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.pods import Container
from kubectl_dog.model.times import epoch

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
NOT_STARTED = ('StartError', 'ContainerCannotRun', 'RunContainerError')


_EXITS = {
    0: ('ExitsNormally', ', though it is meant to keep running'),
    126: ('PermissionDenied', ': its command may not be run'),
    127: ('CommandNotFound', ': command not found'),
}


class Diagnosis(NamedTuple):
    """Why a container ended: a code of the catalogue, and a sentence."""

    code: str
    message: str


def diagnose(
    container: Container,
    kube_events: tuple[Object, ...],
    label: str,
) -> Diagnosis | None:
    """Diagnose the last termination; None for an init container that ended without an error.

    label: the container in sentences, such as `container app`.
    """
    termination = container.last_termination
    probe = _killing_probe(kube_events, termination)
    if probe:
        return Diagnosis(f'{probe}ProbeFailed', f'{label} is killed by its {probe.lower()} probe')
    if container.waiting.get('reason') == 'PostStartHookError':
        return Diagnosis('PostStartHook', f"{label}'s postStart hook fails")
    if termination.get('reason') == 'OOMKilled':
        limit = get_str(container.spec, 'resources', 'limits', 'memory')
        amount = f' of {limit}' if limit else ''
        message = f'{label} is killed (OOMKilled) for using more than its memory limit{amount}'
        return Diagnosis('OOMKilled', message)
    if termination.get('reason') in NOT_STARTED or container.waiting.get('reason') in NOT_STARTED:
        return _not_started(container, label)
    return _exit(container, get_int(termination, 'exitCode'), label)


def _exit(container: Container, code: int, label: str) -> Diagnosis | None:
    if code == 0 and container.role == 'init':
        return None
    if code in _EXITS:
        name, meaning = _EXITS[code]
        return Diagnosis(name, f'{label} exits with {code}{meaning}')
    meaning = f': {_SIGNALS[code]}' if code in _SIGNALS else ''
    return Diagnosis('CrashLoop', f'{label} exits with {code}{meaning}')


def _not_started(container: Container, label: str) -> Diagnosis:
    message = message_of(container.last_termination) or message_of(container.waiting)
    for text, code in _START_ERRORS:
        if text in message:
            return Diagnosis(code, f'{label} cannot be started: {_short_reason(message)}')
    return Diagnosis('ExecFailed', f'{label} cannot be started: {_short_reason(message)}')


def _short_reason(message: str) -> str:
    """The end of a runtime's message, which holds the reason after a chain of wrappers."""
    _, separator, rest = message.partition('exec: ')
    return f'exec: {rest}' if separator else message.rpartition('caused: ')[2] or message


def _killing_probe(kube_events: tuple[Object, ...], termination: Object) -> str:
    """`Liveness` or `Startup` if the kubelet reports that it killed this instance, else ''."""
    started = epoch(termination.get('startedAt')) or 0.0
    for event in reversed(kube_events):
        seen_at = epoch(event.get('lastTimestamp')) or epoch(event.get('eventTime')) or 0.0
        if event.get('reason') == 'Killing' and seen_at >= started:
            for probe in ('Liveness', 'Startup'):
                if f'failed {probe.lower()} probe' in message_of(event):
                    return probe
    return ''
