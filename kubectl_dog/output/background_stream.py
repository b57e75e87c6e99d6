"""A text stream that blocks nobody."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any
from typing import TextIO

from kubectl_dog.output.stream_writer import BackgroundWriter
from kubectl_dog.output.stream_writer import OutputClosedError
from kubectl_dog.output.stream_writer import Writer

# Seconds for a thread that has to be woken on a busy machine.
_IN_TIME = 0.25


class BackgroundStream:
    """A text stream that is written in a thread of its own, so that it blocks nobody.

    A write waits for the thread as long as the reader reads: what is written to two streams keeps
    its order on a terminal. While too much waits, text is dropped.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._writer: BackgroundWriter | None = None
        self._lock = threading.Lock()
        self._is_late = False
        self._is_direct = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, or drop what nobody can read."""
        writer = self._background()
        if writer is None:
            return self._stream.write(text)
        with contextlib.suppress(OSError, ValueError, OutputClosedError):
            if writer.has_room():
                writer.write([text])
        self._is_late = not writer.settle(0.0 if self._is_late else _IN_TIME)
        return len(text)

    def _background(self) -> BackgroundWriter | None:
        with self._lock:
            if self._writer is None and not self._is_direct:
                try:
                    self._writer = BackgroundWriter(_Texts(self._stream))
                except RuntimeError:
                    # There may be no more threads, which is what has to be written.
                    self._is_direct = True
            return None if self._is_direct else self._writer

    def writelines(self, texts: Iterable[str]) -> None:
        """Write each of them."""
        for text in texts:
            self.write(text)

    def flush(self) -> None:
        """Nothing to do: every write is flushed."""

    def close(self, until: float | None = None) -> bool:
        """Wait as `BackgroundWriter` does; whether everything is written, or nobody can read it.

        Who still writes then writes to the stream itself, which stays open.
        """
        written = True
        if self._writer is not None:
            with contextlib.suppress(OSError, ValueError, OutputClosedError):
                written = self._writer.close(until)
        self._is_direct = written
        return written


class _Texts:
    """Writes texts to a stream, as a BackgroundWriter wants it."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = Writer(stream)

    def write(self, texts: Sequence[str], headed: bool) -> None:
        self._writer.write_text(''.join(texts), headed)
