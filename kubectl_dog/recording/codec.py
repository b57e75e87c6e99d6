"""Encode wants, payloads and targets as JSON values and decode them, in format kubectl-dog/v1.

The tables in this module hold the names of the fields in files, so that renaming a field in the
code does not change the format. If a name or a meaning in the format changes, increase VERSION.
Old recordings must stay readable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubectl_dog.model.fields import Field
from kubectl_dog.model.fields import nullable
from kubectl_dog.model.items import SIGNALS
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ManagedTargets
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
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import ObjectReference
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording import run_options
from kubectl_dog.recording.json_fields import Json
from kubectl_dog.recording.json_fields import Table
from kubectl_dog.recording.json_fields import pack
from kubectl_dog.recording.json_fields import unpack

FORMAT = 'kubectl-dog/v1'
# Of the format. Recordings from before there was a version have none, and are of version 1.
VERSION = 1

_RESOURCE = Table(
    Resource,
    {
        'group': ('group', Field.text),
        'version': ('version', Field.text),
        'plural': ('plural', Field.text),
        'kind': ('kind', Field.text),
        'short': ('short', Field.text),
        'namespaced': ('namespaced', Field.flag),
    },
)


def decode_resource(data: Field) -> Resource:
    """Return a Resource from its JSON value; raises FieldError."""
    resource: Resource = unpack(_RESOURCE, data)
    return resource


def _texts(data: Field) -> tuple[str, ...]:
    return tuple(item.text() for item in data.items())


def _references(data: Field) -> tuple[ObjectReference, ...]:
    references = []
    for item in data.items():
        fields = _texts(item)
        if len(fields) != len(ObjectReference._fields):
            raise item.error('must be apiVersion, kind, namespace and name')
        references.append(ObjectReference(*fields))
    return tuple(references)


_WANTS = {
    'watch': Table(
        Watch,
        {
            'resource': ('resource', decode_resource),
            'namespace': ('namespace', Field.text),
            'labels': ('labels', Field.text),
            'fields': ('fields', Field.text),
        },
    ),
    'lookup': Table(
        Lookup,
        {
            'resource': ('resource', decode_resource),
            'namespace': ('namespace', Field.text),
            'name': ('name', Field.text),
            'labels': ('labels', Field.text),
            'full_object': ('full_object', Field.flag),
        },
        former={'whole': 'full_object'},
    ),
    'logs': Table(
        Logs,
        {
            'namespace': ('namespace', Field.text),
            'pod': ('pod', Field.text),
            'uid': ('uid', Field.text),
            'container': ('container', Field.text),
            'restarts': ('restarts', Field.whole),
            'running': ('running', Field.flag),
            'since': ('since', nullable(Field.number)),
            'tail': ('tail', nullable(Field.whole)),
            'previous': ('previous', Field.flag),
        },
    ),
    'inventory': Table(
        ManagedObjects, {'objects': ('objects', _references), 'release': ('release', _texts)}
    ),
}
_WANT_NAMES = {table.kind: name for name, table in _WANTS.items()}


def encode_want(want: Want) -> Json:
    """Encode a want as an object with one key: "watch", "lookup", "logs" or "inventory"."""
    name = _WANT_NAMES[type(want)]
    fields = pack(want, _WANTS[name])
    if isinstance(want, (Watch, Lookup)):
        fields['resource'] = pack(want.resource, _RESOURCE)
    return {name: fields}


def decode_want(data: Field) -> Want:
    """Decode the result of encode_want; raises FieldError."""
    for name, table in _WANTS.items():
        if name in data.object():
            want: Want = unpack(table, data.required(name))
            return _with_whole_definition(want)
    raise data.error(f'must have one of {", ".join(_WANTS)}')


def _with_whole_definition(want: Want) -> Want:
    """Request the whole definition: earlier versions recorded only the metadata."""
    if isinstance(want, Lookup) and want.resource.kind == 'CustomResourceDefinition':
        return want._replace(full_object=True)
    return want


def _objects(data: Field) -> tuple[Object, ...]:
    return tuple(item.object() for item in data.items())


def _log_line(data: Field) -> LogLine:
    pair = data.items()
    if len(pair) != 2:
        raise data.error('must be a pair of time and text')
    time, line = pair[0].text(), pair[1].text()
    written = nanoseconds(time)
    if written is None:
        raise pair[0].error(f'"{time}" is not an RFC 3339 time')
    return LogLine(written, line)


_ANSWER = Table(
    Answer,
    {
        'status': ('status', Field.text),
        'objects': ('objects', _objects),
        'message': ('message', Field.text),
    },
)
_TROUBLE = Table(
    ReadFailure, {'reason': ('reason', Field.text), 'message': ('message', Field.text)}
)

_TARGET = Table(
    Target,
    {
        'resource': ('resource', decode_resource),
        'namespace': ('namespace', Field.text),
        'name': ('name', Field.text),
    },
)


def _code(signal: Signal) -> Json:
    return {'code': signal.code} if signal.code else {}


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
    ManagedTargets: lambda payload: {
        'managed': [encode_target(target) for target in payload.targets],
        'notices': payload.notices,
        'failure': payload.failure,
    },
    ReadFailure: lambda payload: {'trouble': pack(payload, _TROUBLE)},
    ServerClock: lambda payload: {'clock': payload.offset},
    Signal: lambda payload: {'signal': payload.name, **_code(payload)},
}
_DECODERS: dict[str, Callable[[Field, Field], Payload]] = {
    'listed': lambda data, _: Listed(_objects(data)),
    'changed': lambda data, record: Changed(
        data.choice(('ADDED', 'MODIFIED', 'DELETED')), record.required('object').object()
    ),
    'lines': lambda data, record: LogLines(
        tuple(map(_log_line, data.items())), record.optional('run', nullable(Field.whole), None)
    ),
    'logEnd': lambda data, _: LogEnd(data.whole()),
    'logGap': lambda data, _: LogGap(data.text()),
    'answer': lambda data, _: unpack(_ANSWER, data),
    'managed': lambda data, record: ManagedTargets(
        tuple(unpack(_TARGET, item) for item in data.items()),
        record.optional('notices', _texts, ()),
        record.optional('failure', Field.text, ''),
    ),
    'trouble': lambda data, _: unpack(_TROUBLE, data),
    'clock': lambda data, _: ServerClock(data.number()),
    'signal': lambda data, record: Signal(
        data.choice(SIGNALS), record.optional('code', Field.whole, 0)
    ),
}


def encode_payload(payload: Payload) -> Json:
    """Return the fields of a payload in a line of the recording."""
    return _ENCODERS[type(payload)](payload)


def decode_payload(record: Field) -> Payload | None:
    """Return the payload of a line, or None if it has no known payload; raises FieldError."""
    for name, decode in _DECODERS.items():
        if name in record.object():
            return decode(record.required(name), record)
    return None


_GROUP = Table(
    Group,
    {
        'resource': ('resource', decode_resource),
        'namespace': ('namespace', Field.text),
        'labels': ('labels', Field.text),
    },
    unwritten=('by_labels',),
)


def encode_target(target: TargetOrGroup, own: Options | None = None) -> Json:
    """Encode a target as JSON object; a group has `labels` in place of `name`.
    `"options"` is added if the target has options of its `own`.
    """
    options = {} if own is None else {'options': run_options.encode(own)}
    fields = pack(target, _GROUP if isinstance(target, Group) else _TARGET)
    return {**fields, 'resource': pack(target.resource, _RESOURCE), **options}


def decode_target(data: Field) -> tuple[TargetOrGroup, Options | None]:
    """Decode the result of encode_target; raises FieldError."""
    target: TargetOrGroup = unpack(_GROUP if 'labels' in data.object() else _TARGET, data)
    return target, data.optional('options', nullable(run_options.decode), None)
