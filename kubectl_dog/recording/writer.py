"""Write a recording while a run is in progress."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import NamedTuple
from typing import TextIO

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Item
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import TargetOrGroup
from kubectl_dog.model.sources import Source
from kubectl_dog.model.times import format_timestamp
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.recording import codec
from kubectl_dog.recording import run_options
from kubectl_dog.recording.json_fields import Json
from kubectl_dog.recording.redact import Redactor


def _open(path: str) -> TextIO:
    try:
        # The recording may be confidential even without secrets.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        if hasattr(os, 'fchmod') and os.path.isfile(path):
            os.fchmod(descriptor, 0o600)
        return open(descriptor, 'w', encoding='ascii', newline='\n')
    except OSError as error:
        raise UserError(f'cannot write the recording {path}: {error.strerror}') from error


class Header(NamedTuple):
    """The header of a recording. `started` is in epoch seconds, `program` is the version.

    `target_options` replace `options` for targets that have their own.
    """

    started: float
    targets: Sequence[TargetOrGroup]
    options: Options
    program: str = ''
    target_options: Mapping[TargetOrGroup, Options] = MappingProxyType({})


class RecordingWriter:
    """A writer that redacts and writes each item at once: interrupted runs leave usable files.

    `file` is a path or an open text file. `failure` is the error that stopped writing, or empty: a
    full disk ends the recording, but not the run.
    """

    def __init__(self, file: str | os.PathLike[str] | TextIO, header: Header) -> None:
        self.failure = ''
        if isinstance(file, (str, os.PathLike)):
            self._label = f'the recording {os.fspath(file)}'
            self._file = _open(os.fspath(file))
        else:
            self._label, self._file = 'the recording', file
        self._keys: dict[tuple[object, ...], int] = {}
        self._redactor = Redactor(os.urandom(16))
        self._write_record(
            {
                'recording': codec.FORMAT,
                'formatVersion': codec.VERSION,
                'started': format_timestamp(header.started),
                'program': header.program,
                'targets': [
                    codec.encode_target(target, header.target_options.get(target))
                    for target in header.targets
                ],
                'options': run_options.encode(header.options),
            }
        )

    def write(self, item: Item) -> None:
        """Append an item, after its want if that is new."""
        at = round(item.at, 6)
        record: Json = {'at': at}
        if item.want is not None:
            record['key'] = self._key_of(at, item.want)
        payload = self._redactor.payload(item.payload, item.want)
        self._write_record({**record, **codec.encode_payload(payload)})

    def end(self, at: float) -> None:
        """Mark the recording as complete; the run ended at this time in seconds."""
        self._write_record({'at': round(at, 6), 'end': True})

    def close(self) -> None:
        """Close the file; safe to call twice."""
        try:
            self._file.close()
        except OSError as error:
            self._fail(error)

    def _key_of(self, at: float, want: Want) -> int:
        # The want of a log stream changes while the stream is open.
        identity = want.stream if isinstance(want, Logs) else want
        if identity not in self._keys:
            self._keys[identity] = len(self._keys) + 1
            self._write_record(
                {'at': at, 'key': self._keys[identity], 'want': codec.encode_want(want)}
            )
        return self._keys[identity]

    def _write_record(self, record: Json) -> None:
        if self.failure or self._file.closed:
            return
        try:
            # CI systems run lines that begin with `##` as commands, see output/jsonl.py.
            text = json.dumps(record).replace('##', '#\\u0023')
            self._file.write(f'{text}\n')
            self._file.flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.failure = f'{self._label} is incomplete: {error.strerror or error}'


class RecordingSource:
    """A source that records every item that is taken from it."""

    def __init__(self, source: Source, writer: RecordingWriter) -> None:
        self._source = source
        self._writer = writer

    @property
    def started(self) -> float:
        """The start of the wrapped source."""
        return self._source.started

    def now(self) -> float:
        """Return the time of the wrapped source."""
        return self._source.now()

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """Record the next item of the wrapped source and return it."""
        item = self._source.take(until, lines)
        if item is not None:
            self._writer.write(item)
        return item

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Update the reads that the wrapped source delivers."""
        self._source.reconcile(wants)

    def close(self) -> None:
        """Close the wrapped source, then the recording."""
        self._source.close()
        self._writer.end(self._source.now())
        self._writer.close()
