"""What a spec asks for: lists of resources, each with the fields that it says something in."""

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
from kubectl_dog.multitrack_spec.spec_fields import below
from kubectl_dog.multitrack_spec.spec_fields import by_container
from kubectl_dog.multitrack_spec.spec_fields import choice
from kubectl_dog.multitrack_spec.spec_fields import container
from kubectl_dog.multitrack_spec.spec_fields import count
from kubectl_dog.multitrack_spec.spec_fields import items
from kubectl_dog.multitrack_spec.spec_fields import read
from kubectl_dog.multitrack_spec.spec_fields import seconds
from kubectl_dog.multitrack_spec.spec_fields import switch
from kubectl_dog.multitrack_spec.spec_fields import text
from kubectl_dog.multitrack_spec.spec_fields import wrong


class SpecEntry(NamedTuple):
    """One resource: where it stands in the spec, its TYPE as the command line takes it, and the
    fields that were told, by their names in kubedog.
    """

    path: str
    word: str
    namespace: str
    name: str
    fields: Mapping[str, Any]


# The lists by the TYPE of what they hold; a canary is Flagger's.
_KINDS = {
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

_NO_NAME = re.compile(r'[\s/%,=\\\x00-\x1f]')
_WORD = re.compile(r'[A-Za-z0-9]+')
_DOTTED = re.compile(r'[A-Za-z0-9.-]*')


def _name(data: Any, path: str) -> str:
    said = text(data, path)
    if said in ('', '.', '..') or _NO_NAME.search(said):
        raise wrong(path, f'{said!r} is not the name of an object')
    return said


def _namespace(data: Any, path: str) -> str:
    return _name(data, path) if data else text(data, path)


def _spelled(form: re.Pattern[str]) -> Check[str]:
    def check(data: Any, path: str) -> str:
        said = text(data, path)
        if said and not form.fullmatch(said):
            raise wrong(path, f'{said!r} cannot be')
        return said

    return check


_IDENTITY = (
    Field('Group', _spelled(_DOTTED)),
    Field('Version', _spelled(_WORD)),
    Field('Kind', _spelled(_WORD)),
)


def _identity(data: Any, path: str) -> str:
    """Kind, version and group as a TYPE of the command line."""
    told = read(data, path, _IDENTITY)
    if not told.get('Kind'):
        raise wrong(path, 'needs a Kind')
    version = [told['Version']] if told.get('Version') and told.get('Group') else []
    return '.'.join(one for one in (told['Kind'], *version, told.get('Group')) if one)


_BOTH = (
    Field('Namespace', _namespace),
    Field('TrackTerminationMode', choice(_TERMINATION_MODES)),
    Field('FailMode', choice(_FAIL_MODES)),
    Field('AllowFailuresCount', count),
    Field('ShowServiceMessages', switch),
)
_SPEC = (
    Field('ResourceName', _name, ('Name',)),
    *_BOTH,
    Field('FailureThresholdSeconds', count),
    Field('IgnoreReadinessProbeFailsByContainerName', by_container(seconds)),
    Field('LogRegex', regex, ('LogWatchRegex',)),
    Field('LogRegexByContainerName', by_container(regex), ('LogWatchRegexByContainerName',)),
    Field('SkipLogs', switch),
    Field('SkipLogsForContainers', items(container)),
    Field('ShowLogsOnlyForContainers', items(container)),
    Field('ShowLogsUntil', choice(_LOGS_UNTIL)),
    Field('HideEvents', switch, ('SkipEvents',)),
)
_GENERIC = (
    Field('Name', _name, ('ResourceName',)),
    Field('GroupVersionKind', _identity),
    *_BOTH,
    Field('Timeout', seconds),
    Field('NoActivityTimeout', seconds),
    Field('StatusProgressPeriod', seconds),
    Field('HideEvents', switch, ('SkipEvents',)),
)


def entries(spec: Any) -> Iterator[SpecEntry]:
    """The resources of a spec (a JSON value) in the order of the documentation; raises UserError
    that begins with the JSON path of what is wrong.
    """
    lists = read(spec, ROOT, _LISTS)
    for name, word in _KINDS.items():
        for number, told in enumerate(lists.get(name, ())):
            yield _entry(below(below(ROOT, name), number), word, told)
    for number, told in enumerate(lists.get(_GENERICS, ())):
        yield _generic(below(below(ROOT, _GENERICS), number), told)


def _spec(data: Any, path: str) -> dict[str, Any]:
    told = read(data, path, _SPEC)
    if 'ResourceName' not in told:
        raise wrong(path, 'needs a ResourceName')
    return told


def _generic_spec(data: Any, path: str) -> dict[str, Any]:
    told = read(data, path, _GENERIC)
    for name in ('Name', 'GroupVersionKind'):
        if name not in told:
            raise wrong(path, f'needs a {name}')
    return told


_LISTS = (
    *(Field(name, items(_spec)) for name in _KINDS),
    Field(_GENERICS, items(_generic_spec)),
)


def _entry(path: str, word: str, told: Mapping[str, Any]) -> SpecEntry:
    return SpecEntry(path, word, told.get('Namespace', ''), told['ResourceName'], told)


def _generic(path: str, told: Mapping[str, Any]) -> SpecEntry:
    return SpecEntry(path, told['GroupVersionKind'], told.get('Namespace', ''), told['Name'], told)
