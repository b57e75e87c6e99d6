"""Wants, payloads and headers to plain JSON values and back; the format is kubectl-dog/v1."""

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
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.items import Trouble
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Sought
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import nanoseconds
from kubectl_dog.model.times import nanostamp
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording.shapes import FormatError
from kubectl_dog.recording.shapes import Json
from kubectl_dog.recording.shapes import Shape
from kubectl_dog.recording.shapes import field
from kubectl_dog.recording.shapes import flag
from kubectl_dog.recording.shapes import mapping
from kubectl_dog.recording.shapes import number
from kubectl_dog.recording.shapes import optional_number
from kubectl_dog.recording.shapes import optional_whole
from kubectl_dog.recording.shapes import pack
from kubectl_dog.recording.shapes import sequence
from kubectl_dog.recording.shapes import text
from kubectl_dog.recording.shapes import unpack
from kubectl_dog.recording.shapes import whole

FORMAT = 'kubectl-dog/v1'

_RESOURCE: Shape = {
    'group': text,
    'version': text,
    'plural': text,
    'kind': text,
    'short': text,
    'namespaced': flag,
}


def decode_resource(data: Any) -> Resource:
    """A Resource from JSON."""
    resource: Resource = unpack(Resource, _RESOURCE, data)
    return resource


_WANTS: dict[str, tuple[type, Shape]] = {
    'watch': (
        Watch,
        {'resource': decode_resource, 'namespace': text, 'labels': text, 'fields': text},
    ),
    'lookup': (
        Lookup,
        {
            'resource': decode_resource,
            'namespace': text,
            'name': text,
            'labels': text,
            'whole': flag,
        },
    ),
    'logs': (
        Logs,
        {
            'namespace': text,
            'pod': text,
            'uid': text,
            'container': text,
            'restarts': whole,
            'running': flag,
            'since': optional_number,
            'tail': optional_whole,
            'previous': flag,
        },
    ),
}
_WANT_NAMES = {kind: name for name, (kind, _) in _WANTS.items()}


def encode_want(want: Want) -> Json:
    """`{"watch": {...}}`, `{"lookup": {...}}` or `{"logs": {...}}`."""
    fields = pack(want)
    if isinstance(want, (Watch, Lookup)):
        fields['resource'] = pack(want.resource)
    return {_WANT_NAMES[type(want)]: fields}


def decode_want(data: Any) -> Want:
    """The inverse of encode_want; raises FormatError."""
    for name, (kind, shape) in _WANTS.items():
        if name in mapping(data):
            want: Want = field(data, name, lambda value: unpack(kind, shape, value))  # noqa: B023
            return want
    raise FormatError(f'must hold one of {", ".join(_WANTS)}')


def _objects(data: Any) -> tuple[Object, ...]:
    return tuple(mapping(each) for each in sequence(data))


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


_ANSWER: Shape = {'status': text, 'objects': _objects, 'message': text}
_TROUBLE: Shape = {'reason': text, 'message': text}

_ENCODERS: dict[type, Callable[[Any], Json]] = {
    Listed: lambda payload: {'listed': payload.objects},
    Changed: lambda payload: {'changed': payload.change, 'object': payload.object},
    LogLines: lambda payload: {
        'lines': [[nanostamp(time), said] for time, said in payload.lines],
        'run': payload.run,
    },
    LogEnd: lambda payload: {'logEnd': payload.restarts},
    LogGap: lambda payload: {'logGap': payload.message},
    Answer: lambda payload: {'answer': pack(payload)},
    Trouble: lambda payload: {'trouble': pack(payload)},
    ServerClock: lambda payload: {'clock': payload.offset},
    Signal: lambda payload: {'signal': payload.name},
}
_DECODERS: dict[str, Callable[[Json], Payload]] = {
    'listed': lambda data: Listed(field(data, 'listed', _objects)),
    'changed': _decode_changed,
    'lines': lambda data: LogLines(
        field(data, 'lines', lambda lines: tuple(_log_line(each) for each in sequence(lines))),
        field({'run': None, **data}, 'run', optional_whole),
    ),
    'logEnd': lambda data: LogEnd(field(data, 'logEnd', whole)),
    'logGap': lambda data: LogGap(field(data, 'logGap', text)),
    'answer': lambda data: _unpack_field(data, 'answer', Answer, _ANSWER),
    'trouble': lambda data: _unpack_field(data, 'trouble', Trouble, _TROUBLE),
    'clock': lambda data: ServerClock(field(data, 'clock', number)),
    'signal': lambda data: Signal(field(data, 'signal', _signal)),
}


def _unpack_field(data: Json, name: str, kind: type, shape: Shape) -> Any:
    return field(data, name, lambda value: unpack(kind, shape, value))


def encode_payload(payload: Payload) -> Json:
    """A payload as the fields it adds to its line."""
    return _ENCODERS[type(payload)](payload)


def decode_payload(data: Json) -> Payload | None:
    """The payload of a line, or None where it holds none that we know; raises FormatError."""
    return next((decode(data) for name, decode in _DECODERS.items() if name in data), None)


def encode_target(target: Sought, own: Options | None = None) -> Json:
    """`{"resource": {...}, "namespace": …, "name": …}`, of a group `labels` in place of `name`; and
    `"options"` where it has its `own`.
    """
    options = {} if own is None else {'options': encode_options(own)}
    return {**pack(target), 'resource': pack(target.resource), **options}


def decode_target(data: Any) -> tuple[Sought, Options | None]:
    """The inverse of encode_target; raises FormatError."""
    kind, which = (Group, 'labels') if 'labels' in mapping(data) else (Target, 'name')
    shape: Shape = {'resource': decode_resource, 'namespace': text, which: text}
    target: Sought = unpack(kind, shape, data)
    return target, field(data, 'options', decode_options) if 'options' in data else None


def encode_options(options: Options) -> Json:
    """The options that were changed."""
    return pack(options)


def _signal(data: Any) -> str:
    name: str = text(data)
    if name not in SIGNALS:
        raise FormatError(f'must be one of {", ".join(SIGNALS)}')
    return name


def _texts(data: Any) -> tuple[str, ...]:
    return tuple(map(text, sequence(data)))


def decode_options(data: Any) -> Options:
    """The inverse of encode_options: switches, texts, lists of texts, and numbers or null."""
    checks = {bool: flag, str: text, tuple: _texts, int: optional_whole}
    shape = {
        name: checks.get(type(default), optional_number)
        for name, default in Options._field_defaults.items()
    }
    options: Options = unpack(Options, shape, data)
    for name in ('status_period', 'create_timeout', 'max_log_streams'):
        if not getattr(options, name) or getattr(options, name) <= 0:
            raise FormatError(f'{name}: must be more than 0')
    return options
