"""Writers of lines to text streams, at once or in the background."""

from __future__ import annotations

import codecs
import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Protocol
from typing import TextIO

from kubectl_dog import platform_compat
from kubectl_dog.output.command_guard import guard_stream

# The name of the error handler for codecs.
_ERRORS = 'kubectl-dog'
# Seconds: long enough for a terminal that keeps up, and too short to be noticed.
_MOMENT = 0.01
# Lines per write: lines that are being written can no longer be dropped.
_PIECE = 64
# Characters per write, unless a line is longer: few enough for any reader that reads at all.
_PIECE_SIZE = 4096
# Seconds to wait at the end for a reader that reads, but too slowly.
_MAX_DRAIN = 30.0
_MAX_WAIT = platform_compat.max_wait()
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
    """The reader of the output has closed it, as in `kubectl dog … | head`."""


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    """An error handler for codecs: replaces what the encoding lacks by similar ASCII."""
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    return ''.join(_ASCII.get(character, '?') for character in text), error.end


def _encodable(text: str, encoding: str) -> str:
    codecs.register_error(_ERRORS, _replace_unencodable)
    return text.encode(encoding, _ERRORS).decode(encoding)


class Writer:
    """Writes lines to a text stream whatever its encoding, one flush per batch."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = guard_stream(stream)

    def write(self, lines: Sequence[str], trusted_start: bool = False) -> None:
        """Write each line and its end; raises OutputClosedError once the reader is gone.

        With `trusted_start`, every line begins with our own text, and not with text from the
        cluster.
        """
        if lines:
            self.write_text('\n'.join((*lines, '')), trusted_start)

    def write_text(self, text: str, trusted_start: bool = False) -> None:
        """Write text as it is; raises as `write` does."""
        write = self._stream.write_trusted_start if trusted_start else self._stream.write
        try:
            try:
                write(text)
            except UnicodeEncodeError:
                # Nothing was written: a text stream encodes the whole text before it buffers any.
                # The replacement may be a command: three dashes become `---`.
                self._stream.write(_encodable(text, self._stream.encoding))
            try:
                self._stream.flush()
            except UnicodeEncodeError:
                # The guard held back an unfinished line.
                unfinished = text.rpartition('\n')[2]
                self._stream.write(_encodable(unfinished, self._stream.encoding))
                self._stream.flush()
        except OSError as error:
            if not platform_compat.is_closed(error):
                raise
            self._discard()
            raise OutputClosedError from error

    def _discard(self) -> None:
        """Discard what is buffered: Python flushes again at exit, and would report an error."""
        with contextlib.suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)


class BatchWriter(Protocol):
    """The interface of the writer behind a BackgroundWriter."""

    def write(self, lines: Sequence[str], trusted_start: bool) -> None:
        """Write lines that belong together, and flush; `trusted_start` is as in `Writer.write`."""
        ...


class BackgroundWriter:
    """Writes in a thread of its own, so that a slow reader does not block the caller.

    Up to `room` lines may wait. What is written beyond that waits too, as verdicts must not be
    lost, but callers should check `has_room` before they write droppable lines. In `close`,
    droppable lines that still wait after `drain_timeout` seconds are dropped, and replaced by the
    lines that `drop_notice` returns for their number. A reader that takes nothing for as long has
    stopped reading.
    """

    def __init__(
        self,
        writer: BatchWriter,
        room: int = 2000,
        drain_timeout: float = 2.0,
        drop_notice: Callable[[int], Sequence[str]] = lambda dropped: (),
    ) -> None:
        self._writer = writer
        self._room = room
        self._drain_timeout = drain_timeout
        self._drop_notice = drop_notice
        self._waiting = 0
        self._written = 0
        self._failure: Exception | None = None
        self._queue: deque[tuple[Sequence[str], bool, bool]] = deque()
        self._closed = False
        self._lock = threading.Condition()
        self._thread = threading.Thread(target=self._run, name='output', daemon=True)
        self._thread.start()

    def has_room(self) -> bool:
        """Whether fewer lines wait than `room`; waits a moment for it."""
        with self._lock:
            return self._lock.wait_for(lambda: self._waiting < self._room, _MOMENT)

    def write(
        self, lines: Sequence[str], droppable: bool = False, trusted_start: bool = False
    ) -> None:
        """Queue lines; raises the error of an earlier write. Those that are `droppable` may be
        dropped by `close`; `trusted_start` is as in `Writer.write`.
        """
        if self._failure is not None:
            raise self._failure
        if not lines:
            # Most batches are empty, and waking the thread for each would cost more than the lines.
            return
        with self._lock:
            self._waiting += len(lines)
            self._queue.extend((piece, droppable, trusted_start) for piece in _pieces(lines))
            self._lock.notify_all()

    def wait_until_written(self, seconds: float) -> bool:
        """Wait at most so long until everything is written; returns whether it is."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._waiting, seconds)

    def close(self, deadline: float | None = None) -> bool:
        """Wait until everything is written; returns whether it is. Raises as `write` does.

        A reader that has stopped is waited for until `deadline`, a `time.monotonic` value; without
        one, for ever.
        """
        with self._lock:
            self._closed = True
            self._lock.notify_all()
            before = self._written
            if not self._lock.wait_for(lambda: not self._waiting, self._drain_timeout):
                self._drop()
                if not self._drain(before, deadline):
                    return False
        if self._failure is not None:
            raise self._failure
        return True

    def _drain(self, written: int, deadline: float | None) -> bool:
        """Wait until everything is written; returns whether it is.

        `written` is the number of pieces that were written when the drain time-out began.
        """
        now = time.monotonic()
        progressed_at = now - self._drain_timeout
        latest_end = max(now, deadline or 0.0) + _MAX_DRAIN
        while self._waiting:
            now = time.monotonic()
            if self._written != written:
                written, progressed_at = self._written, now
            end = min(latest_end, max(deadline or 0.0, progressed_at + self._drain_timeout))
            if deadline is not None and now >= end:
                return False
            self._lock.wait(_MAX_WAIT if deadline is None else min(_MAX_WAIT, end - now))
        return True

    def _drop(self) -> None:
        dropped = sum(len(lines) for lines, droppable, _ in self._queue if droppable)
        if not dropped:
            return
        first = next(at for at, (_, droppable, _) in enumerate(self._queue) if droppable)
        remaining = [piece for piece in self._queue if not piece[1]]
        notice = self._drop_notice(dropped)
        self._queue.clear()
        self._queue.extend([*remaining[:first], (notice, False, False), *remaining[first:]])
        self._waiting += len(notice) - dropped

    def _run(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._queue or self._closed)
                if not self._queue:
                    return
                lines, _, trusted_start = self._queue.popleft()
            try:
                if self._failure is None:
                    self._writer.write(lines, trusted_start)
            except Exception as error:
                self._failure = error
            with self._lock:
                self._waiting -= len(lines)
                self._written += 1
                self._lock.notify_all()


def _pieces(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    begin = size = 0
    for at, line in enumerate(lines):
        size += len(line)
        if at > begin and (size > _PIECE_SIZE or at - begin >= _PIECE):
            yield lines[begin:at]
            begin, size = at, len(line)
    yield lines[begin:]
