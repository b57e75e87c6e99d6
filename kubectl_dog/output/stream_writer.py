"""A writer of lines to a text stream with any encoding."""

from __future__ import annotations

import codecs
import contextlib
import os
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TextIO
from typing import Union

from kubectl_dog import platform_compat
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.command_guard import guard_stream

# The name of the error handler for codecs.
_ERRORS = 'kubectl-dog'
Line = Union[str, Command]
_ASCII = {
    '✗': 'x',
    '✓': '+',
    '⚠': '!',
    '│': '|',
    '─': '-',
    '…': '...',
    '→': '->',
    '–': '-',
    '—': '-',
    '×': 'x',
    '«': '"',
    '»': '"',
    '‘': "'",
    '’': "'",
}


class OutputClosedError(Exception):
    """The reader has closed the output, as in `kubectl dog … | head`."""

    exit_code = 141

    def __str__(self) -> str:
        return 'its reader has closed it'


class OutputFailedError(Exception):
    """The output cannot be written, for example because the disk is full; the text says why."""

    # That of most programs, such as kubectl.
    exit_code = 1


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Return an error handler for codecs that replaces unencodable characters by ASCII."""
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    return ''.join(_ASCII.get(character, '?') for character in text), error.end


def encodable(text: str, encoding: str) -> str:
    """Replace the characters that an encoding lacks by ASCII."""
    codecs.register_error(_ERRORS, _replace_unencodable)
    return text.encode(encoding, _ERRORS).decode(encoding)


class Writer:
    """A writer of lines to a text stream with any encoding; it flushes once per batch."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = guard_stream(stream)

    def write(self, lines: Sequence[str], trusted_start: bool = False) -> None:
        """Write each line and its end; raises OutputClosedError once the reader is gone.

        With `trusted_start`, every line begins with our own text, and not with text from the
        cluster.
        """
        if lines:
            self.write_text('\n'.join((*lines, '')), trusted_start)

    def write_commands(self, commands: Sequence[Command]) -> None:
        """Write commands to a CI system; raises as `write` does."""
        encoding = getattr(self._stream, 'encoding', None) or 'utf-8'
        with self._closed_is_reported():
            for text, start in commands:
                # Before any is written: a part of a command may be another command.
                self._stream.write_command(Command(encodable(text, encoding), start))
            self._stream.flush()

    def write_text(self, text: str, trusted_start: bool = False) -> None:
        """Write text as it is; raises as `write` does."""
        write = self._stream.write_trusted_start if trusted_start else self._stream.write
        with self._closed_is_reported():
            try:
                write(text)
            except UnicodeEncodeError:
                # Nothing was written: a text stream encodes the whole text before it buffers any.
                # The replacement may be a command: three dashes become `---`.
                self._stream.write(encodable(text, self._stream.encoding))
            try:
                self._stream.flush()
            except UnicodeEncodeError:
                # The guard held back an unfinished line.
                unfinished = text.rpartition('\n')[2]
                self._stream.write(encodable(unfinished, self._stream.encoding))
                self._stream.flush()

    @contextlib.contextmanager
    def _closed_is_reported(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._discard()
            if platform_compat.is_closed(error):
                raise OutputClosedError from error
            raise OutputFailedError(error.strerror or str(error)) from error

    def _discard(self) -> None:
        """Discard buffered text: Python flushes it again at exit, and would report an error."""
        with contextlib.suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)
