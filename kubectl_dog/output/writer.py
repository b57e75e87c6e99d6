"""Where lines leave the program."""

from __future__ import annotations

import codecs
import contextlib
import os
from collections.abc import Sequence
from typing import TextIO

_ERRORS = 'kubectl-dog'
_PLAINER = {
    '✗': 'x',
    '✓': '+',
    '⚠': '!',
    '│': '|',
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
    """Nobody reads the output any more: `kubectl dog … | head` has seen enough."""


def _plainer(error: UnicodeError) -> tuple[str, int]:
    """An error handler for codecs: what the encoding lacks, in its nearest ASCII."""
    assert isinstance(error, UnicodeEncodeError)
    lost = error.object[error.start : error.end]
    return ''.join(_PLAINER.get(character, '?') for character in lost), error.end


def _fit(text: str, encoding: str) -> str:
    codecs.register_error(_ERRORS, _plainer)
    return text.encode(encoding, _ERRORS).decode(encoding)


class Writer:
    """Writes lines to a text stream whatever its encoding, one flush per batch."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, lines: Sequence[str]) -> None:
        """Write each line and its end; raises OutputClosedError once the reader is gone."""
        if not lines:
            return
        text = '\n'.join((*lines, ''))
        try:
            try:
                self._stream.write(text)
            except UnicodeEncodeError:
                # Nothing was written: a text stream encodes the whole before it buffers any.
                self._stream.write(_fit(text, self._stream.encoding))
            self._stream.flush()
        except BrokenPipeError as error:
            self._discard()
            raise OutputClosedError from error

    def _discard(self) -> None:
        """Send what is still buffered nowhere: Python flushes again at exit, and would complain."""
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
