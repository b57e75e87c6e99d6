"""Find the changes of a revision that a cause can come from.

Each code has the fields that can cause it, the most likely one first. If the cause names an
object, a resource or a value, only its changes count.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from kubectl_dog.causes.quantities import value
from kubectl_dog.model.assessments import RevisionTemplates
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.template_changes import template_changes
from kubectl_dog.model.template_references import references
from kubectl_dog.model.verdicts import ADDED
from kubectl_dog.model.verdicts import REMOVED
from kubectl_dog.model.verdicts import Change

_INPUT = ('env', 'envFrom', 'volumeMounts', 'volumes', 'annotations')
_PROCESS = ('image', 'command', 'args', *_INPUT, 'workingDir', 'securityContext')
_START = ('command', 'args', 'image', 'volumeMounts', 'volumes', 'workingDir', 'securityContext')
_REFERENCES = ('containers', 'envFrom', 'env', 'volumes')
# Codes whose subject is a container: changes of other containers do not count.
FIELDS_OF_CONTAINERS = {
    'CrashLoop': (*_PROCESS, 'serviceAccountName'),
    'ExitsNormally': _PROCESS,
    'ContainerFailed': _PROCESS,
    'CommandNotFound': _START,
    'ExecFailed': _START,
    'PermissionDenied': _START,
    'WrongArchitecture': ('image', 'nodeSelector', 'affinity'),
    'PostStartHook': ('lifecycle', *_PROCESS),
    'OOMKilled': ('resources', 'image', 'command', 'args', *_INPUT),
    'LivenessProbeFailed': ('livenessProbe', *_PROCESS, 'resources'),
    'StartupProbeFailed': ('startupProbe', *_PROCESS, 'resources'),
    'NotReady': ('readinessProbe', *_PROCESS, 'resources'),
    'InitNotFinished': (*_PROCESS, 'serviceAccountName'),
    'InvalidImageName': ('image',),
    'ImageNeverPull': ('image', 'imagePullPolicy'),
    'ImageNotFound': ('image', 'imagePullSecrets'),
    'ImageUnauthorized': ('image', 'imagePullSecrets', 'serviceAccountName'),
    'ImagePullFailed': ('image', 'imagePullSecrets'),
    'ImageRateLimited': ('image', 'imagePullSecrets'),
    'RegistryUnreachable': ('image',),
    'RunAsNonRoot': ('securityContext', 'image'),
    'InvalidConfig': ('volumeMounts', 'volumes', 'env', 'command', 'image', 'securityContext'),
}
FIELDS_OF_PODS = {
    'ConfigMapMissing': _REFERENCES,
    'SecretMissing': _REFERENCES,
    'KeyMissing': _REFERENCES,
    'Unschedulable': (
        *('nodeSelector', 'affinity', 'topologySpreadConstraints', 'tolerations', 'resources'),
        *('ports', 'hostNetwork', 'schedulerName'),
    ),
    'VolumeMissing': ('volumes',),
    'VolumeInvalid': ('volumes',),
    'PVCPending': ('volumes',),
    'MountFailed': ('volumes',),
    'AttachFailed': ('volumes',),
    'QuotaExceeded': ('resources',),
    'LimitRange': ('resources',),
    'PodSecurity': ('securityContext', 'hostNetwork', 'hostPID', 'hostIPC', 'volumes', 'ports'),
    'ServiceAccountMissing': ('serviceAccountName',),
    'PriorityClassMissing': ('priorityClassName',),
    'CreateFailed': ('runtimeClassName', 'resources'),
}
# Fields, and the words of a scheduler's message that are about them.
_SCHEDULING = {
    'nodeSelector': ('selector',),
    'affinity': ('affinity',),
    'topologySpreadConstraints': ('topology spread',),
    'tolerations': ('taint',),
    'ports': ('free ports',),
    'hostNetwork': ('free ports',),
    'schedulerName': ('no scheduler has handled',),
}
_INSUFFICIENT = lazy_compile(r'Insufficient ([^\s,]+)')


class _Suspicion(NamedTuple):
    """A cause and a change that may be its origin.

    - `known`: objects and keys to which the earlier template referred.
    """

    cause: Cause
    change: Change
    template: Object
    known: frozenset[str]


def suspect_changes(cause: Cause, templates: RevisionTemplates) -> tuple[Change, ...]:
    """Return the changes of the revision that the cause can come from, the most likely first."""
    fields = FIELDS_OF_CONTAINERS.get(cause.code) or FIELDS_OF_PODS.get(cause.code, ())
    if cause.reason == 'ReadinessGatesNotReady':
        fields = ('readinessGates',)
    if not fields:
        return ()
    known = references(templates.earlier_template)
    suspects: dict[object, Change] = {}
    for change in template_changes(templates.earlier_template, templates.template):
        suspicion = _Suspicion(cause, change, templates.template, known)
        if _concerns_subject(suspicion) and _can_cause(suspicion, fields):
            # One ConfigMap may be the source of many variables.
            suspects.setdefault(change.contents_of or change, change)
    return tuple(sorted(suspects.values(), key=lambda change: _rank(change, fields)))


def _rank(change: Change, fields: tuple[str, ...]) -> int:
    return fields.index(change.field) if change.field in fields else -1


def _concerns_subject(suspicion: _Suspicion) -> bool:
    cause, change = suspicion.cause, suspicion.change
    return cause.code not in FIELDS_OF_CONTAINERS or change.container in ('', cause.subject)


def _can_cause(suspicion: _Suspicion, fields: tuple[str, ...]) -> bool:
    cause, change = suspicion.cause, suspicion.change
    if change.field == 'containers' and cause.code in FIELDS_OF_CONTAINERS:
        return change.kind == ADDED
    if change.field not in fields:
        return False
    condition = _CONDITIONS.get(cause.code) or _FIELD_CONDITIONS.get(change.field)
    return condition is None or condition(suspicion)


def _is_raised(change: Change) -> bool:
    return value(change.after) > value(change.before)


def _has_less_memory(suspicion: _Suspicion) -> bool:
    """Return whether the memory limit is new or lower, if the change is one of resources."""
    change = suspicion.change
    if change.field != 'resources':
        return True
    is_lower = value(change.after) < value(change.before) or change.kind == ADDED
    return change.name == 'limits.memory' and is_lower and change.kind != REMOVED


def _has_less_cpu(suspicion: _Suspicion) -> bool:
    """Return whether the CPU limit is new or lower: then a container answers its probes later."""
    change = suspicion.change
    is_lower = value(change.after) < value(change.before) or change.kind == ADDED
    return change.name == 'limits.cpu' and is_lower and change.kind != REMOVED


def _refers_to_subject(suspicion: _Suspicion) -> bool:
    """Return whether a reference to the missing object or key is new."""
    cause = suspicion.cause
    holder, _, subject = cause.subject.rpartition('/')
    kinds = {'ConfigMapMissing': ('configmap',), 'SecretMissing': ('secret',)}
    for reference in {*suspicion.change.references}.difference(suspicion.known):
        kind, _, rest = reference.partition('/')
        if cause.code == 'KeyMissing':
            # The kubelet does not name the object of a volume.
            referred, _, key = rest.partition('/')
            if key == subject and holder in (referred, 'volume'):
                return True
        elif kind in kinds[cause.code] and rest == subject:
            return True
    return False


@lru_cache(maxsize=4)
def _insufficient(message: str) -> frozenset[str]:
    """Return the resources of which a message of the scheduler says that nodes have too little."""
    return frozenset(_INSUFFICIENT.findall(message))


@lru_cache(maxsize=4)
def _words(message: str) -> frozenset[str]:
    return frozenset(message.split())


def _hinders_scheduling(suspicion: _Suspicion) -> bool:
    message, change = suspicion.cause.message, suspicion.change
    if change.field == 'resources':
        missing = _insufficient(message)
        return _is_raised(change) and any(_requests(suspicion, name) for name in missing)
    if change.kind == (ADDED if change.field == 'tolerations' else REMOVED):
        return False
    return any(text in message for text in _SCHEDULING[change.field])


def _requests(suspicion: _Suspicion, resource: str) -> bool:
    """Return whether a change sets the request; without a request, the limit is requested."""
    change = suspicion.change
    if change.name == f'limits.{resource}':
        containers = [
            container
            for field in ('initContainers', 'containers')
            for container in get_dicts(suspicion.template, 'spec', field)
            if container.get('name') == change.container
        ]
        return not any(
            get_dict(container, 'resources', 'requests').get(resource) for container in containers
        )
    return change.name == f'requests.{resource}'


def _needs_more_quota(suspicion: _Suspicion) -> bool:
    """Return whether a resource that the message names is raised; `cpu` stands for its requests."""
    change, words = suspicion.change, _words(suspicion.cause.message)
    names = {change.name, change.name.replace('requests.', '')}
    return _is_raised(change) and not names.isdisjoint(words)


def _is_resource_named(suspicion: _Suspicion) -> bool:
    return suspicion.change.name.partition('.')[2] in suspicion.cause.message


def _is_named(suspicion: _Suspicion) -> bool:
    """Return whether the message names the field, or its new entry or value."""
    change = suspicion.change
    if change.kind == REMOVED:
        return False
    if change.field == 'ports':
        return 'hostPort' in suspicion.cause.message
    named = (change.name or change.field) if change.field != 'volumes' else f'"{change.name}"'
    return named in suspicion.cause.message


def _is_missing(suspicion: _Suspicion) -> bool:
    return suspicion.change.after == suspicion.cause.subject


def _is_volume(suspicion: _Suspicion) -> bool:
    """Return whether a volume or its claim is the subject, which may be several claims."""
    change, subjects = suspicion.change, suspicion.cause.subject.split(', ')
    claims = [text.partition('/')[2] for text in change.references]
    is_known = suspicion.known.issuperset(change.references) and bool(claims)
    is_subject = change.name in subjects or not set(claims).isdisjoint(subjects)
    return change.kind != REMOVED and is_subject and not is_known


def _is_quoted(suspicion: _Suspicion) -> bool:
    change = suspicion.change
    return bool(change.after) and f'"{change.after}"' in suspicion.cause.message


_Condition = Callable[[_Suspicion], bool]
_CONDITIONS: dict[str, _Condition] = {
    'OOMKilled': _has_less_memory,
    'ConfigMapMissing': _refers_to_subject,
    'SecretMissing': _refers_to_subject,
    'KeyMissing': _refers_to_subject,
    'Unschedulable': _hinders_scheduling,
    'QuotaExceeded': _needs_more_quota,
    'LimitRange': _is_resource_named,
    'PodSecurity': _is_named,
    'ServiceAccountMissing': _is_missing,
    'PriorityClassMissing': _is_missing,
    'CreateFailed': _is_quoted,
    **dict.fromkeys(
        ('VolumeMissing', 'VolumeInvalid', 'PVCPending', 'MountFailed', 'AttachFailed'), _is_volume
    ),
}
_FIELD_CONDITIONS: dict[str, _Condition] = {'resources': _has_less_cpu}
