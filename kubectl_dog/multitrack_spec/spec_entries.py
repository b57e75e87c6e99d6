"""Read the resources of a spec and their fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.fields import Field
from kubectl_dog.model.go_regex import regex
from kubectl_dog.multitrack_spec.spec_fields import SpecField
from kubectl_dog.multitrack_spec.spec_fields import by_container
from kubectl_dog.multitrack_spec.spec_fields import choice
from kubectl_dog.multitrack_spec.spec_fields import container
from kubectl_dog.multitrack_spec.spec_fields import count
from kubectl_dog.multitrack_spec.spec_fields import items
from kubectl_dog.multitrack_spec.spec_fields import read_object
from kubectl_dog.multitrack_spec.spec_fields import seconds


class SpecEntry(NamedTuple):
    """An entry of a spec: its JSON object, and its TYPE for the command line.

    `fields` has the values of its fields by their names in kubedog.
    """

    data: Field
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


def _name(data: Field) -> str:
    name = data.text()
    if name in ('', '.', '..') or _INVALID_IN_NAME.search(name):
        raise data.error(f'"{name}" is not the name of an object')
    return name


def _namespace(data: Field) -> str:
    return _name(data) if data.value else data.text()


def _word(data: Field) -> str:
    value = data.text()
    if value and not _WORD.fullmatch(value):
        raise data.error(f'invalid value "{value}": use letters and digits')
    return value


def _group(data: Field) -> str:
    value = data.text()
    if not _DOTTED.fullmatch(value):
        raise data.error(f'invalid value "{value}": use an API group such as apps')
    return value


_IDENTITY = (SpecField('Group', _group), SpecField('Version', _word), SpecField('Kind', _word))


def _identity(data: Field) -> str:
    """Return kind, version and group as TYPE for the command line."""
    identity = read_object(data, _IDENTITY)
    if not identity.get('Kind'):
        raise data.error('needs a Kind')
    version = [identity['Version']] if identity.get('Version') and identity.get('Group') else []
    return '.'.join(part for part in (identity['Kind'], *version, identity.get('Group')) if part)


_BOTH = (
    SpecField('Namespace', _namespace),
    SpecField('TrackTerminationMode', choice(_TERMINATION_MODES)),
    SpecField('FailMode', choice(_FAIL_MODES)),
    SpecField('AllowFailuresCount', count),
    SpecField('ShowServiceMessages', Field.flag),
)
_SPEC = (
    SpecField('ResourceName', _name, ('Name',)),
    *_BOTH,
    SpecField('FailureThresholdSeconds', count),
    SpecField('IgnoreReadinessProbeFailsByContainerName', by_container(seconds)),
    SpecField('LogRegex', regex, ('LogWatchRegex',)),
    SpecField('LogRegexByContainerName', by_container(regex), ('LogWatchRegexByContainerName',)),
    SpecField('SkipLogs', Field.flag),
    SpecField('SkipLogsForContainers', items(container)),
    SpecField('ShowLogsOnlyForContainers', items(container)),
    SpecField('ShowLogsUntil', choice(_LOGS_UNTIL)),
    SpecField('HideEvents', Field.flag, ('SkipEvents',)),
)
_GENERIC = (
    SpecField('Name', _name, ('ResourceName',)),
    SpecField('GroupVersionKind', _identity),
    *_BOTH,
    SpecField('Timeout', seconds),
    SpecField('NoActivityTimeout', seconds),
    SpecField('StatusProgressPeriod', seconds),
    SpecField('HideEvents', Field.flag, ('SkipEvents',)),
)


def entries(spec: Field) -> Iterator[SpecEntry]:
    """Yield the resources of a spec in the order of the documentation; raises FieldError."""
    lists = read_object(spec, _LISTS)
    for name, type_name in _LISTED_TYPES.items():
        for data, values in lists.get(name, ()):
            namespace = values.get('Namespace', '')
            yield SpecEntry(data, type_name, namespace, values['ResourceName'], values)
    for data, values in lists.get(_GENERICS, ()):
        namespace = values.get('Namespace', '')
        yield SpecEntry(data, values['GroupVersionKind'], namespace, values['Name'], values)


def _reader(
    fields: Sequence[SpecField], *required: str
) -> Callable[[Field], tuple[Field, Mapping[str, Any]]]:
    """Return a function that reads one resource; it returns the JSON object and the values."""

    def read(data: Field) -> tuple[Field, Mapping[str, Any]]:
        values = read_object(data, fields)
        for name in required:
            if name not in values:
                raise data.error(f'needs a {name}')
        return data, values

    return read


_LISTS = (
    *(SpecField(name, items(_reader(_SPEC, 'ResourceName'))) for name in _LISTED_TYPES),
    SpecField(_GENERICS, items(_reader(_GENERIC, 'Name', 'GroupVersionKind'))),
)
