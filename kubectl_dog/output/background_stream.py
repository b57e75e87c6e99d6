"""A text stream that does not block its writers."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any
from typing import TextIO

from kubectl_dog.output.background_writer import BackgroundWriter
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.stream_writer import OutputClosedError
from kubectl_dog.output.stream_writer import OutputFailedError
from kubectl_dog.output.stream_writer import Writer

# Seconds that a write waits for the thread, which has to be woken on a busy machine.
_WRITE_TIMEOUT = 0.25
_FAILURES = (OSError, ValueError, OutputClosedError, OutputFailedError)


class BackgroundStream:
    """A text stream with its own writing thread, so that it does not block writers.

    A write waits for the thread as long as the reader reads, so that text written to two streams
    keeps its order on a terminal. While too much text waits, more is dropped.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._writer: BackgroundWriter | None = None
        self._lock = threading.Lock()
        self._is_slow = False
        self._is_direct = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text, or drop it if too much is waiting or the stream is closed."""
        writer = self._background()
        if writer is None:
            return self._stream.write(text)
        with contextlib.suppress(*_FAILURES):
            if writer.has_room():
                writer.write([text])
        self._is_slow = not writer.wait_until_written(0.0 if self._is_slow else _WRITE_TIMEOUT)
        return len(text)

    def _background(self) -> BackgroundWriter | None:
        with self._lock:
            if self._writer is None and not self._is_direct:
                try:
                    self._writer = BackgroundWriter(_TextWriter(self._stream))
                except RuntimeError:
                    # No thread can be started; the text may be the error about just that.
                    self._is_direct = True
            return None if self._is_direct else self._writer

    def writelines(self, texts: Iterable[str]) -> None:
        """Write several texts."""
        for text in texts:
            self.write(text)

    def flush(self) -> None:
        """Do nothing: every write is flushed."""

    def close(self, deadline: float | None = None) -> bool:
        """Wait as `BackgroundWriter` does; returns whether all is written, or no reader is left.

        Later writes go to the stream itself, which stays open.
        """
        written = True
        if self._writer is not None:
            with contextlib.suppress(*_FAILURES):
                written = self._writer.close(deadline)
        self._is_direct = written
        return written


class _TextWriter:
    """A BatchWriter that writes texts to a stream."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = Writer(stream)

    def write(self, texts: Sequence[str], trusted_start: bool) -> None:
        self._writer.write_text(''.join(texts), trusted_start)

    def write_commands(self, commands: Sequence[Command]) -> None:
        self._writer.write_commands(commands)
