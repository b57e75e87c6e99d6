"""Where lines leave the program."""

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
from kubectl_dog.output.command_guard import guard

_ERRORS = 'kubectl-dog'
# Long enough, in seconds, for a terminal that keeps up; too short for anyone to notice.
_MOMENT = 0.01
# Lines that are written at once: what is being written cannot be dropped any more.
_PIECE = 64
# And their characters, unless one line is longer: a reader who reads at all takes them in time.
_PIECE_SIZE = 4096
# Seconds at the end for a reader who goes on reading, but too slowly.
_LONGEST = 30.0
_SLICE = platform_compat.max_wait()
_PLAINER = {
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
        self._stream = guard(stream)

    def write(self, lines: Sequence[str], headed: bool = False) -> None:
        """Write each line and its end; raises OutputClosedError once the reader is gone. Those that
        are `headed` begin with our own words, and not with text from the cluster.
        """
        if lines:
            self.write_text('\n'.join((*lines, '')), headed)

    def write_text(self, text: str, headed: bool = False) -> None:
        """Write text as it is; raises as `write` does."""
        write = self._stream.write_headed if headed else self._stream.write
        try:
            try:
                write(text)
            except UnicodeEncodeError:
                # Nothing was written: a text stream encodes the whole before it buffers any.
                # What is plainer may be a command: three dashes are `---` then.
                self._stream.write(_fit(text, self._stream.encoding))
            self._stream.flush()
        except OSError as error:
            if not platform_compat.is_closed(error):
                raise
            self._discard()
            raise OutputClosedError from error

    def _discard(self) -> None:
        """Send what is still buffered nowhere: Python flushes again at exit, and would complain."""
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


class Writes(Protocol):
    """What a BackgroundWriter writes with."""

    def write(self, lines: Sequence[str], headed: bool) -> None:
        """Write what was handed over together, and flush; `headed` is as in `Writer.write`."""
        ...


class BackgroundWriter:
    """Writes in a thread of its own, so that a slow terminal holds nobody up.

    Up to `room` lines may wait; what is written beyond that waits too (verdicts must not be
    lost), but whoever has log lines to spare should ask `has_room` first. In the end, those that
    still wait after `patience` seconds are dropped, and `told` says so of their number; a reader
    who takes nothing for as long has stopped reading.
    """

    def __init__(
        self,
        writer: Writes,
        room: int = 2000,
        patience: float = 2.0,
        told: Callable[[int], Sequence[str]] = lambda dropped: (),
    ) -> None:
        self._writer = writer
        self._room = room
        self._patience = patience
        self._told = told
        self._waiting = 0
        self._written = 0
        self._failure: Exception | None = None
        self._queue: deque[tuple[Sequence[str], bool, bool]] = deque()
        self._closed = False
        self._lock = threading.Condition()
        self._thread = threading.Thread(target=self._run, name='output', daemon=True)
        self._thread.start()

    def has_room(self) -> bool:
        """Whether more log lines are welcome; waits a moment for it."""
        with self._lock:
            return self._lock.wait_for(lambda: self._waiting < self._room, _MOMENT)

    def write(self, lines: Sequence[str], spare: bool = False, headed: bool = False) -> None:
        """Hand over without waiting; raises what an earlier write ran into. Lines to `spare` may
        be dropped in the end; `headed` is as in `Writer.write`.
        """
        if self._failure is not None:
            raise self._failure
        if not lines:
            # As most moments have: a thread that is woken by each of them costs more than lines do.
            return
        with self._lock:
            self._waiting += len(lines)
            self._queue.extend((piece, spare, headed) for piece in _pieces(lines))
            self._lock.notify_all()

    def settle(self, seconds: float) -> bool:
        """Wait so long for everything to be written; whether it is."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._waiting, seconds)

    def close(self, until: float | None = None) -> bool:
        """Wait until everything is written; whether it is. Raises as `write` does.

        Waits for a reader who has stopped until then, by `time.monotonic`; without it, for ever.
        """
        with self._lock:
            self._closed = True
            self._lock.notify_all()
            before = self._written
            if not self._lock.wait_for(lambda: not self._waiting, self._patience):
                self._drop()
                if not self._drain(before, until):
                    return False
        if self._failure is not None:
            raise self._failure
        return True

    def _drain(self, before: int, until: float | None) -> bool:
        """Whether everything is written; `before`: the pieces that were when patience began."""
        now = time.monotonic()
        moved, last = now - self._patience, max(now, until or 0.0) + _LONGEST
        while self._waiting:
            now = time.monotonic()
            if self._written != before:
                before, moved = self._written, now
            end = min(last, max(until or 0.0, moved + self._patience))
            if until is not None and now >= end:
                return False
            self._lock.wait(_SLICE if until is None else min(_SLICE, end - now))
        return True

    def _drop(self) -> None:
        dropped = sum(len(lines) for lines, spare, _ in self._queue if spare)
        if not dropped:
            return
        place = next(at for at, (_, spare, _) in enumerate(self._queue) if spare)
        kept = [piece for piece in self._queue if not piece[1]]
        said = self._told(dropped)
        self._queue.clear()
        self._queue.extend([*kept[:place], (said, False, False), *kept[place:]])
        self._waiting += len(said) - dropped

    def _run(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._queue or self._closed)
                if not self._queue:
                    return
                lines, _, headed = self._queue.popleft()
            try:
                if self._failure is None:
                    self._writer.write(lines, headed)
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
