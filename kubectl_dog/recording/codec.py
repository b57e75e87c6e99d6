"""Encode wants, payloads and targets as JSON values and decode them, in format kubectl-dog/v1.

The tables in this module hold the names of the fields in files, so that renaming a field in the
code does not change the format. If a name or a meaning in the format changes, increase VERSION.
Old recordings must stay readable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubectl_dog.model.items import SIGNALS
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import Payload
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.model.times import format_nano_timestamp
from kubectl_dog.model.times import nanoseconds
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording import run_options
from kubectl_dog.recording.json_fields import FormatError
from kubectl_dog.recording.json_fields import Json
from kubectl_dog.recording.json_fields import Table
from kubectl_dog.recording.json_fields import field
from kubectl_dog.recording.json_fields import flag
from kubectl_dog.recording.json_fields import mapping
from kubectl_dog.recording.json_fields import number
from kubectl_dog.recording.json_fields import optional_number
from kubectl_dog.recording.json_fields import optional_whole
from kubectl_dog.recording.json_fields import pack
from kubectl_dog.recording.json_fields import sequence
from kubectl_dog.recording.json_fields import text
from kubectl_dog.recording.json_fields import unpack
from kubectl_dog.recording.json_fields import whole

FORMAT = 'kubectl-dog/v1'
# Of the format. Recordings from before there was a version have none, and are of version 1.
VERSION = 1

_RESOURCE = Table(
    Resource,
    {
        'group': ('group', text),
        'version': ('version', text),
        'plural': ('plural', text),
        'kind': ('kind', text),
        'short': ('short', text),
        'namespaced': ('namespaced', flag),
    },
)


def decode_resource(data: Any) -> Resource:
    """A Resource from its JSON value; raises FormatError."""
    resource: Resource = unpack(_RESOURCE, data)
    return resource


_WANTS = {
    'watch': Table(
        Watch,
        {
            'resource': ('resource', decode_resource),
            'namespace': ('namespace', text),
            'labels': ('labels', text),
            'fields': ('fields', text),
        },
    ),
    'lookup': Table(
        Lookup,
        {
            'resource': ('resource', decode_resource),
            'namespace': ('namespace', text),
            'name': ('name', text),
            'labels': ('labels', text),
            'full_object': ('full_object', flag),
        },
        former={'whole': 'full_object'},
    ),
    'logs': Table(
        Logs,
        {
            'namespace': ('namespace', text),
            'pod': ('pod', text),
            'uid': ('uid', text),
            'container': ('container', text),
            'restarts': ('restarts', whole),
            'running': ('running', flag),
            'since': ('since', optional_number),
            'tail': ('tail', optional_whole),
            'previous': ('previous', flag),
        },
    ),
}
_WANT_NAMES = {table.kind: name for name, table in _WANTS.items()}


def encode_want(want: Want) -> Json:
    """`{"watch": {...}}`, `{"lookup": {...}}` or `{"logs": {...}}`."""
    name = _WANT_NAMES[type(want)]
    fields = pack(want, _WANTS[name])
    if isinstance(want, (Watch, Lookup)):
        fields['resource'] = pack(want.resource, _RESOURCE)
    return {name: fields}


def decode_want(data: Any) -> Want:
    """The inverse of encode_want; raises FormatError."""
    for name, table in _WANTS.items():
        if name in mapping(data):
            want: Want = _unpack_field(data, name, table)
            return want
    raise FormatError(f'must hold one of {", ".join(_WANTS)}')


def _objects(data: Any) -> tuple[Object, ...]:
    return tuple(mapping(obj) for obj in sequence(data))


def _log_line(data: Any) -> LogLine:
    if len(sequence(data)) != 2:
        raise FormatError('must hold pairs of time and text')
    written = nanoseconds(text(data[0]))
    if written is None:
        raise FormatError(f'holds {data[0]!r}, which is not an RFC 3339 time')
    return LogLine(written, text(data[1]))


def _decode_changed(data: Json) -> Payload:
    change = field(data, 'changed', text)
    if change not in ('ADDED', 'MODIFIED', 'DELETED'):
        raise FormatError('changed: must be ADDED, MODIFIED or DELETED')
    return Changed(change, field(data, 'object', mapping))


_ANSWER = Table(
    Answer,
    {'status': ('status', text), 'objects': ('objects', _objects), 'message': ('message', text)},
)
_TROUBLE = Table(ReadFailure, {'reason': ('reason', text), 'message': ('message', text)})

_ENCODERS: dict[type, Callable[[Any], Json]] = {
    Listed: lambda payload: {'listed': payload.objects},
    Changed: lambda payload: {'changed': payload.change, 'object': payload.object},
    LogLines: lambda payload: {
        'lines': [[format_nano_timestamp(time), line] for time, line in payload.lines],
        'run': payload.run,
    },
    LogEnd: lambda payload: {'logEnd': payload.restarts},
    LogGap: lambda payload: {'logGap': payload.message},
    Answer: lambda payload: {'answer': pack(payload, _ANSWER)},
    ReadFailure: lambda payload: {'trouble': pack(payload, _TROUBLE)},
    ServerClock: lambda payload: {'clock': payload.offset},
    Signal: lambda payload: {'signal': payload.name},
}
_DECODERS: dict[str, Callable[[Json], Payload]] = {
    'listed': lambda data: Listed(field(data, 'listed', _objects)),
    'changed': _decode_changed,
    'lines': lambda data: LogLines(
        field(data, 'lines', lambda lines: tuple(_log_line(line) for line in sequence(lines))),
        field({'run': None, **data}, 'run', optional_whole),
    ),
    'logEnd': lambda data: LogEnd(field(data, 'logEnd', whole)),
    'logGap': lambda data: LogGap(field(data, 'logGap', text)),
    'answer': lambda data: _unpack_field(data, 'answer', _ANSWER),
    'trouble': lambda data: _unpack_field(data, 'trouble', _TROUBLE),
    'clock': lambda data: ServerClock(field(data, 'clock', number)),
    'signal': lambda data: Signal(field(data, 'signal', _signal)),
}


def _unpack_field(data: Json, name: str, table: Table) -> Any:
    return field(data, name, lambda value: unpack(table, value))


def encode_payload(payload: Payload) -> Json:
    """The fields of a payload in its line."""
    return _ENCODERS[type(payload)](payload)


def decode_payload(data: Json) -> Payload | None:
    """The payload of a line, or None if it has no known payload; raises FormatError."""
    return next((decode(data) for name, decode in _DECODERS.items() if name in data), None)


_TARGET = Table(
    Target,
    {
        'resource': ('resource', decode_resource),
        'namespace': ('namespace', text),
        'name': ('name', text),
    },
)
_GROUP = Table(
    Group,
    {
        'resource': ('resource', decode_resource),
        'namespace': ('namespace', text),
        'labels': ('labels', text),
    },
    unwritten=('by_labels',),
)


def encode_target(target: TargetOrGroup, own: Options | None = None) -> Json:
    """`{"resource": {...}, "namespace": …, "name": …}`; a group has `labels` in place of `name`.
    `"options"` is added if the target has options of its `own`.
    """
    options = {} if own is None else {'options': run_options.encode(own)}
    fields = pack(target, _GROUP if isinstance(target, Group) else _TARGET)
    return {**fields, 'resource': pack(target.resource, _RESOURCE), **options}


def decode_target(data: Any) -> tuple[TargetOrGroup, Options | None]:
    """The inverse of encode_target; raises FormatError."""
    target: TargetOrGroup = unpack(_GROUP if 'labels' in mapping(data) else _TARGET, data)
    return target, field(data, 'options', run_options.decode) if 'options' in data else None


def _signal(data: Any) -> str:
    name: str = text(data)
    if name not in SIGNALS:
        raise FormatError(f'must be one of {", ".join(SIGNALS)}')
    return name
