"""Read the resources of a spec and their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from kubectl_dog.multitrack_spec.go_regex import regex
from kubectl_dog.multitrack_spec.spec_fields import ROOT
from kubectl_dog.multitrack_spec.spec_fields import Check
from kubectl_dog.multitrack_spec.spec_fields import Field
from kubectl_dog.multitrack_spec.spec_fields import boolean
from kubectl_dog.multitrack_spec.spec_fields import by_container
from kubectl_dog.multitrack_spec.spec_fields import child_path
from kubectl_dog.multitrack_spec.spec_fields import choice
from kubectl_dog.multitrack_spec.spec_fields import container
from kubectl_dog.multitrack_spec.spec_fields import count
from kubectl_dog.multitrack_spec.spec_fields import items
from kubectl_dog.multitrack_spec.spec_fields import read
from kubectl_dog.multitrack_spec.spec_fields import seconds
from kubectl_dog.multitrack_spec.spec_fields import spec_error
from kubectl_dog.multitrack_spec.spec_fields import text


class SpecEntry(NamedTuple):
    """A resource of a spec: its JSON path, its TYPE for the command line, and its fields by their
    names in kubedog.
    """

    path: str
    type_name: str
    namespace: str
    name: str
    fields: Mapping[str, Any]


# The TYPE of the entries of each list.
_LISTED_TYPES = {
    'Deployments': 'deployments',
    'StatefulSets': 'statefulsets',
    'DaemonSets': 'daemonsets',
    'Jobs': 'jobs',
    'Pods': 'pods',
    'Canaries': 'canaries.flagger.app',
}
_GENERICS = 'Generics'

_FAIL_MODES = {
    'FailWholeDeployProcessImmediately': 'now',
    'HopeUntilEndOfDeployProcess': 'end',
    'IgnoreAndContinueDeployProcess': 'ignore',
}
_TERMINATION_MODES = {'WaitUntilResourceReady': True, 'NonBlocking': False}
_LOGS_UNTIL = {'PodIsReady': 'ready', 'ControllerIsReady': 'available', 'EndOfDeploy': 'end'}

_INVALID_IN_NAME = re.compile(r'[\s/%,=\\\x00-\x1f]')
_WORD = re.compile(r'[A-Za-z0-9]+')
_DOTTED = re.compile(r'[A-Za-z0-9.-]*')


def _name(data: Any, path: str) -> str:
    name = text(data, path)
    if name in ('', '.', '..') or _INVALID_IN_NAME.search(name):
        raise spec_error(path, f'{name!r} is not the name of an object')
    return name


def _namespace(data: Any, path: str) -> str:
    return _name(data, path) if data else text(data, path)


def _matching(pattern: re.Pattern[str]) -> Check[str]:
    def check(data: Any, path: str) -> str:
        value = text(data, path)
        if value and not pattern.fullmatch(value):
            raise spec_error(path, f'{value!r} cannot be')
        return value

    return check


_IDENTITY = (
    Field('Group', _matching(_DOTTED)),
    Field('Version', _matching(_WORD)),
    Field('Kind', _matching(_WORD)),
)


def _identity(data: Any, path: str) -> str:
    """Kind, version and group as TYPE for the command line."""
    identity = read(data, path, _IDENTITY)
    if not identity.get('Kind'):
        raise spec_error(path, 'needs a Kind')
    version = [identity['Version']] if identity.get('Version') and identity.get('Group') else []
    return '.'.join(part for part in (identity['Kind'], *version, identity.get('Group')) if part)


_BOTH = (
    Field('Namespace', _namespace),
    Field('TrackTerminationMode', choice(_TERMINATION_MODES)),
    Field('FailMode', choice(_FAIL_MODES)),
    Field('AllowFailuresCount', count),
    Field('ShowServiceMessages', boolean),
)
_SPEC = (
    Field('ResourceName', _name, ('Name',)),
    *_BOTH,
    Field('FailureThresholdSeconds', count),
    Field('IgnoreReadinessProbeFailsByContainerName', by_container(seconds)),
    Field('LogRegex', regex, ('LogWatchRegex',)),
    Field('LogRegexByContainerName', by_container(regex), ('LogWatchRegexByContainerName',)),
    Field('SkipLogs', boolean),
    Field('SkipLogsForContainers', items(container)),
    Field('ShowLogsOnlyForContainers', items(container)),
    Field('ShowLogsUntil', choice(_LOGS_UNTIL)),
    Field('HideEvents', boolean, ('SkipEvents',)),
)
_GENERIC = (
    Field('Name', _name, ('ResourceName',)),
    Field('GroupVersionKind', _identity),
    *_BOTH,
    Field('Timeout', seconds),
    Field('NoActivityTimeout', seconds),
    Field('StatusProgressPeriod', seconds),
    Field('HideEvents', boolean, ('SkipEvents',)),
)


def entries(spec: Any) -> Iterator[SpecEntry]:
    """Yield the resources of a spec (a JSON value) in the order of the documentation.

    Raises UserError that begins with the JSON path of the error.
    """
    lists = read(spec, ROOT, _LISTS)
    for name, type_name in _LISTED_TYPES.items():
        for number, fields in enumerate(lists.get(name, ())):
            yield _entry(child_path(child_path(ROOT, name), number), type_name, fields)
    for number, fields in enumerate(lists.get(_GENERICS, ())):
        yield _generic(child_path(child_path(ROOT, _GENERICS), number), fields)


def _spec(data: Any, path: str) -> dict[str, Any]:
    fields = read(data, path, _SPEC)
    if 'ResourceName' not in fields:
        raise spec_error(path, 'needs a ResourceName')
    return fields


def _generic_spec(data: Any, path: str) -> dict[str, Any]:
    fields = read(data, path, _GENERIC)
    for name in ('Name', 'GroupVersionKind'):
        if name not in fields:
            raise spec_error(path, f'needs a {name}')
    return fields


_LISTS = (
    *(Field(name, items(_spec)) for name in _LISTED_TYPES),
    Field(_GENERICS, items(_generic_spec)),
)


def _entry(path: str, type_name: str, fields: Mapping[str, Any]) -> SpecEntry:
    return SpecEntry(path, type_name, fields.get('Namespace', ''), fields['ResourceName'], fields)


def _generic(path: str, fields: Mapping[str, Any]) -> SpecEntry:
    type_name, namespace = fields['GroupVersionKind'], fields.get('Namespace', '')
    return SpecEntry(path, type_name, namespace, fields['Name'], fields)
