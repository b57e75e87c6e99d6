"""Files of `-o FORMAT=FILE`: the events of a run in further formats."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import NamedTuple
from typing import TextIO

from kubectl_dog import api
from kubectl_dog.cli import output_choice
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.model.events import Event
from kubectl_dog.output import log_merge
from kubectl_dog.output.background_writer import BackgroundWriter
from kubectl_dog.output.renderer import Renderer
from kubectl_dog.output.stream_writer import OutputClosedError
from kubectl_dog.output.stream_writer import OutputFailedError
from kubectl_dog.output.stream_writer import Writer


class _OutputFile(NamedTuple):
    path: str
    stream: TextIO
    renderer: Renderer
    writer: BackgroundWriter


class OutputFiles:
    """The files of a run; `failures` are sentences about files that are incomplete.

    A file that cannot be written ends neither the run nor the other outputs. Creating it raises
    UserError.
    """

    def __init__(
        self,
        outputs: Sequence[output_choice.Output],
        play: api.RunningSession,
        args: Arguments,
        notes: Sequence[str] = (),
    ) -> None:
        self.failures: list[str] = []
        self._files = [_open(output, play, args, notes) for output in outputs]

    def has_room(self) -> bool:
        """Return whether more log lines can be written: the reader of a pipe may be slow."""
        return all([file.writer.has_room() for file in self._files])

    def add(self, events: Sequence[Event]) -> None:
        """Write the events of a batch."""
        for file in tuple(self._files):
            try:
                file.writer.write(log_merge.render_batch(file.renderer, events))
            except (OutputClosedError, OutputFailedError) as error:
                self._fail(file, str(error))
                _close(file)

    def close(self) -> None:
        """Wait until everything is written."""
        for file in tuple(self._files):
            try:
                if file.writer.close(standard_streams.deadline()):
                    file.stream.close()
                else:
                    standard_streams.mark_stuck()
                    self._fail(file, 'its reader has stopped reading')
            except (OutputClosedError, OutputFailedError) as error:
                self._fail(file, str(error))
                _close(file)
            except OSError as error:
                # Some network file systems report a full disk only now.
                self._fail(file, error.strerror or str(error))

    def _fail(self, file: _OutputFile, reason: str) -> None:
        self._files.remove(file)
        self.failures.append(f'{file.path} is incomplete: {reason}')


def _close(file: _OutputFile) -> None:
    """Close a file that could not be written, and end its writer."""
    with contextlib.suppress(OSError, OutputClosedError, OutputFailedError):
        file.writer.close(time.monotonic())
    with contextlib.suppress(OSError):
        file.stream.close()


def _open(
    output: output_choice.Output,
    play: api.RunningSession,
    args: Arguments,
    notes: Sequence[str],
) -> _OutputFile:
    try:
        stream = open(output.file, 'w', encoding='utf-8', newline='\n')  # noqa: SIM115
    except OSError as error:
        raise output_choice.file_error(output.file, error) from error
    options = output_choice.line_options(args, notes)
    renderer = api.renderer(output.format, play, args.color == 'always', **options)
    return _OutputFile(output.file, stream, renderer, BackgroundWriter(Writer(stream)))
