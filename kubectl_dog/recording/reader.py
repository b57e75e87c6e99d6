"""Read recordings. People edit them, so errors name the line and the problem."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from typing import NoReturn

from kubectl_dog.model import json_decoding
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Item
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.model.times import epoch
from kubectl_dog.model.wants import Want
from kubectl_dog.recording import codec
from kubectl_dog.recording import run_options
from kubectl_dog.recording.json_fields import FormatError
from kubectl_dog.recording.json_fields import Json
from kubectl_dog.recording.json_fields import field
from kubectl_dog.recording.json_fields import mapping
from kubectl_dog.recording.json_fields import number
from kubectl_dog.recording.json_fields import sequence
from kubectl_dog.recording.json_fields import text
from kubectl_dog.recording.json_fields import whole

# A record and its list add levels around an object.
_DEEPEST = json_decoding.DEEPEST + 10

# The longest run that is accepted, in seconds.
_LONGEST = 366 * 86400.0


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
        with open(name, 'rb') as lines:
            return parse(lines, name)
    except OSError as error:
        raise UserError(f'cannot read the recording {name}: {error.strerror}') from error


def parse(lines: Iterable[bytes], name: str) -> Recording:
    """Parse a recording from its lines with their ends; UserError begins with `name`."""
    recording = Recording(0.0, (), Options(), ())
    reader = _Reader()
    seen = False
    for index, line in enumerate(lines, 1):
        try:
            record = _record(line)
            if record is not None and seen:
                reader.add(record)
            elif record is not None:
                recording, seen = _header(record), True
        except FormatError as error:
            raise UserError(f'{name}, line {index}: {error}') from None
    if not seen:
        raise UserError(f'{name} holds no recording of kubectl dog')
    return recording._replace(items=tuple(reader.items), is_complete=reader.ended)


def _constant(word: str) -> NoReturn:
    raise FormatError(f'{word} is not a number that JSON has')


def _record(line: bytes) -> Json | None:
    """A line as JSON object; None if it is empty or was not written to its end."""
    if not line.strip():
        return None
    try:
        record = json.loads(json_decoding.clip(line, _DEEPEST), parse_constant=_constant)
    except ValueError as error:
        # The last line has no end if the run was killed while writing it.
        if not line.endswith(b'\n'):
            return None
        raise FormatError(f'is not JSON: {error}') from None
    data: Json = mapping(record)
    return data


def _header(record: Json) -> Recording:
    format_name = record.get('recording')
    if format_name != codec.FORMAT:
        known = isinstance(format_name, str) and format_name.startswith('kubectl-dog/')
        raise FormatError(
            f'is in the format {format_name}; this program reads {codec.FORMAT}'
            if known
            else f'is not the header of a recording ("recording": "{codec.FORMAT}")'
        )
    version = field({'formatVersion': codec.VERSION, **record}, 'formatVersion', whole)
    if not 0 < version <= codec.VERSION:
        raise FormatError(
            f'is in version {version} of the format, and this program reads versions up to '
            f'{codec.VERSION}: replay it with the kubectl dog that wrote it, or a newer one'
        )
    started = epoch(field(record, 'started', text))
    if started is None:
        raise FormatError('started: must be an RFC 3339 time')
    targets = field(record, 'targets', lambda data: [*map(codec.decode_target, sequence(data))])
    return Recording(
        started,
        tuple(target for target, _ in targets),
        field({'options': {}, **record}, 'options', run_options.decode),
        (),
        field({'title': '', **record}, 'title', text),
        {target: own for target, own in targets if own is not None},
        unknown=_unknown_options(record),
    )


def _unknown_options(record: Json) -> tuple[str, ...]:
    records = [record, *record['targets']]
    names = [run_options.unknown(entry['options']) for entry in records if 'options' in entry]
    return tuple(dict.fromkeys(sum(names, ())))


class _Reader:
    """Collects the items of a recording and the wants by their keys."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.ended = False
        self._wants: dict[int, Want] = {}

    def add(self, record: Json) -> None:
        if 'want' in record:
            self._wants[field(record, 'key', whole)] = field(record, 'want', codec.decode_want)
            return
        if 'end' in record:
            self.ended = True
            return
        payload = codec.decode_payload(record)
        if payload is None:
            # Written by a newer version of the same format.
            return
        self.items.append(Item(self._time_of(record), self._want_of(record), payload))

    def _time_of(self, record: Json) -> float:
        at = float(field(record, 'at', number))
        before = self.items[-1].at if self.items else 0.0
        if not before <= at < _LONGEST:
            raise FormatError(f'at: {at} does not follow {before}: times may not go back')
        return at

    def _want_of(self, record: Json) -> Want | None:
        if 'key' not in record:
            return None
        key = field(record, 'key', whole)
        if key not in self._wants:
            raise FormatError(f'key: {key} has no line with its want before this one')
        return self._wants[key]
