"""Read recordings. People edit them, so errors name the line and the problem."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from collections.abc import Mapping
from types import MappingProxyType
from typing import BinaryIO
from typing import NamedTuple
from typing import NoReturn

from kubectl_dog import file_limits
from kubectl_dog.model import json_decoding
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.fields import Field
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Item
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.model.times import epoch
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.recording import codec
from kubectl_dog.recording import run_options

# A record and its list add levels around an object.
_DEEPEST = json_decoding.DEEPEST + 10

# The longest run that is accepted, in seconds.
_LONGEST = 366 * 86400.0
# The output of -o json and reports in JSON look like recordings.
_HINT = 'use a file that --record has written'


class Recording(NamedTuple):
    """A recorded run. `started` is in epoch seconds, `title` is a one-line description or empty.

    `target_options` replace `options` for targets that have their own. The members of a group are
    in the items. `is_complete`: the recorded run came to its end. `unknown` are the names of
    options that were ignored because only a newer version knows them.
    """

    started: float
    targets: tuple[TargetOrGroup, ...]
    options: Options
    items: tuple[Item, ...]
    title: str = ''
    target_options: Mapping[TargetOrGroup, Options] = MappingProxyType({})
    is_complete: bool = False
    unknown: tuple[str, ...] = ()


def read(path: str | os.PathLike[str]) -> Recording:
    """Read the recording in a file. Raises UserError."""
    name = os.fspath(path)
    try:
        stream = open(name, 'rb')  # noqa: SIM115
    except OSError as error:
        raise UserError(f'cannot read the recording {name}: {error.strerror}') from error
    except ValueError:
        # open() raises ValueError for a NUL in the name.
        raise UserError(f'cannot read the recording {name!r}: invalid path') from None
    with stream:
        return read_stream(stream, name)


def read_stream(stream: BinaryIO, name: str) -> Recording:
    """Read the recording in a stream; the UserError has the `name`."""
    try:
        return parse(file_limits.read_recording(stream), name)
    except OSError as error:
        raise UserError(f'cannot read the recording {name}: {error.strerror}') from error


def parse(lines: Iterable[bytes], name: str) -> Recording:
    """Parse a recording from its lines with line ends; the UserError begins with `name`."""
    recording = Recording(0.0, (), Options(), ())
    reader = _Reader()
    seen = False
    for index, line in enumerate(lines, 1):
        if line.isspace():
            continue
        try:
            record = _record(line, f'{name}, line {index}')
        except UserError as error:
            raise error if seen else UserError(f'{error}; {_HINT}') from None
        if record is not None and seen:
            reader.add(record)
        elif record is not None:
            recording, seen = _header(record), True
    if not seen:
        raise UserError(f'{name} is not a recording of kubectl dog: {_HINT}')
    return recording._replace(items=tuple(reader.items), is_complete=reader.ended)


def _constant(word: str) -> NoReturn:
    raise ValueError(f'{word} is not valid JSON')


def _record(line: bytes, source: str) -> Field | None:
    """Return a line as JSON object; None if it is incomplete.

    `source` names the file and the line.
    """
    try:
        value = json.loads(
            json_decoding.clip(line, _DEEPEST),
            parse_constant=_constant,
            parse_float=json_decoding.finite,
        )
    except ValueError as error:
        # The last line has no end if the run was killed while writing it.
        if not line.endswith(b'\n'):
            return None
        raise UserError(f'{source}: is not JSON: {error}') from None
    record = Field(value, source)
    record.object()
    return record


def _header(record: Field) -> Recording:
    format_name = record.object().get('recording')
    if format_name != codec.FORMAT:
        known = isinstance(format_name, str) and format_name.startswith('kubectl-dog/')
        raise record.error(
            f'the format is {format_name}; this version reads {codec.FORMAT}'
            if known
            else f'is not the header of a recording ("recording": "{codec.FORMAT}"): {_HINT}'
        )
    version = record.optional('formatVersion', Field.whole, codec.VERSION)
    if not 0 < version <= codec.VERSION:
        raise record.error(
            f'the version of the format is {version}; this version of kubectl dog reads up to '
            f'{codec.VERSION}: replay it with the version that wrote it, or with a newer one'
        )
    started = record.required('started')
    started_at = epoch(started.text())
    if started_at is None:
        raise started.error(f'must be an RFC 3339 time, not "{started.value}"')
    targets = [codec.decode_target(target) for target in record.required('targets').items()]
    return Recording(
        started_at,
        tuple(target for target, _ in targets),
        record.optional('options', run_options.decode, Options()),
        (),
        record.optional('title', Field.text, ''),
        {target: own for target, own in targets if own is not None},
        unknown=_unknown_options(record),
    )


def _unknown_options(record: Field) -> tuple[str, ...]:
    records = [record.value, *record.value['targets']]
    names = [run_options.unknown(entry.get('options') or {}) for entry in records]
    return tuple(dict.fromkeys(sum(names, ())))


class _Reader:
    """A collector of the items of a recording, and of the wants by their keys."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.ended = False
        self._wants: dict[int, Want] = {}

    def add(self, record: Field) -> None:
        fields = record.object()
        if 'want' in fields:
            key = record.required('key').whole()
            self._wants[key] = codec.decode_want(record.required('want'))
            return
        if 'end' in fields:
            self.ended = True
            return
        payload = codec.decode_payload(record)
        if payload is None:
            # Written by a newer version of the same format.
            return
        want = self._want_of(record)
        if (
            isinstance(payload, Answer)
            and payload.status == 'found'
            and isinstance(want, Lookup)
            and want.name
            and not payload.objects
        ):
            raise record.required('answer').error('has no object, although its status is "found"')
        self.items.append(Item(self._time_of(record), want, payload))

    def _time_of(self, record: Field) -> float:
        field = record.required('at')
        at = float(field.number())
        before = self.items[-1].at if self.items else 0.0
        if not before <= at < _LONGEST:
            raise field.error(f'must be at least {before} and less than {_LONGEST}, not {at}')
        return at

    def _want_of(self, record: Field) -> Want | None:
        if 'key' not in record.object():
            return None
        field = record.required('key')
        key = field.whole()
        if key not in self._wants:
            raise field.error(f'no line before has a want with the key {key}')
        return self._wants[key]
