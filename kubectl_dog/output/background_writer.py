"""A writer of lines to a text stream in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Any
from typing import Protocol

from kubectl_dog import platform_compat
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.stream_writer import Line

# Seconds: long enough for a terminal that keeps up, and too short to be noticed.
_MOMENT = 0.01
# Lines per write: lines that are being written can no longer be dropped.
_PIECE = 64
# Characters per write, unless a line is longer: few enough for any reader that reads at all.
_PIECE_SIZE = 4096
# Characters of lines per write above a display, unless a piece is longer.
_FRAME_SIZE = 65_536
# Seconds to wait at the end for a reader that reads, but too slowly.
_MAX_DRAIN = 30.0
_MAX_WAIT = platform_compat.max_wait()


class BatchWriter(Protocol):
    """Interface of the writer behind a BackgroundWriter."""

    def write(self, lines: Sequence[str], trusted_start: bool) -> None:
        """Write lines that belong together, and flush; `trusted_start` as in `Writer.write`."""
        ...

    def write_commands(self, commands: Sequence[Command]) -> None:
        """Write commands to a CI system, and flush."""
        ...


class Display(Protocol):
    """Interface of what is drawn below the lines, by the thread that writes them: see LiveView."""

    @property
    def is_shown(self) -> bool:
        """Whether it is on the screen."""
        ...

    def delay(self, has_lines: bool) -> float:
        """Return the seconds until it is to be drawn; `has_lines`: lines are waiting."""
        ...

    def draw(self, lines: Sequence[str], has_more: bool) -> None:
        """Write lines, and draw it below them; `has_more`: more lines are waiting."""
        ...

    def erase(self) -> None:
        """Remove it from the screen."""
        ...


class BackgroundWriter:
    """A writer with its own thread, so that a slow reader does not block the caller.

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
        # Lines or commands, never both in one entry.
        self._queue: deque[tuple[Sequence[Any], bool, bool]] = deque()
        self._closed = False
        self._display: Display | None = None
        # The display that is to be removed from the screen.
        self._removed: Display | None = None
        # Whether the thread waits for the time of the next frame, and not for lines.
        self._is_pacing = False
        self._lock = threading.Condition()
        self._thread = threading.Thread(target=self._run, name='output', daemon=True)
        self._thread.start()

    def has_room(self) -> bool:
        """Return whether fewer lines than `room` are waiting; waits a moment for it."""
        with self._lock:
            return self._lock.wait_for(lambda: self._waiting < self._room, _MOMENT)

    def write(
        self, lines: Sequence[str], droppable: bool = False, trusted_start: bool = False
    ) -> None:
        """Queue lines; raises the error of an earlier write.

        `droppable` lines may be dropped by `close`; `trusted_start` is as in `Writer.write`.
        """
        if self._failure is not None:
            raise self._failure
        if not lines:
            # Most batches are empty, and waking the thread for each would cost more than the lines.
            return
        with self._lock:
            self._waiting += len(lines)
            self._queue.extend((piece, droppable, trusted_start) for piece in _pieces(lines))
            if not self._is_pacing or self._is_crowded:
                self._lock.notify_all()

    @property
    def _is_crowded(self) -> bool:
        return self._waiting > self._room // 2

    def show(self, display: Display) -> None:
        """Draw a display below the lines, until `hide` or `close`."""
        with self._lock:
            self._display = None if self._closed else display
            self._lock.notify_all()

    def write_mixed(self, lines: Sequence[Line]) -> None:
        """Queue lines of which some are commands to a CI system; raises as `write` does."""
        for is_command, group in groupby(lines, lambda line: isinstance(line, Command)):
            if is_command:
                with self._lock:
                    commands = [entry for entry in group if isinstance(entry, Command)]
                    self._waiting += len(commands)
                    self._queue.append((commands, False, False))
                    # Commands are not drawn above a display.
                    self._remove_display()
            else:
                self.write([entry for entry in group if isinstance(entry, str)])

    def redraw(self) -> None:
        """Wake the thread, because the display has changed."""
        with self._lock:
            self._lock.notify_all()

    def hide(self, seconds: float) -> bool:
        """Remove the display; wait at most `seconds` for it. Returns whether it is removed.

        Signal handlers can call it: the lock is reentrant.
        """
        with self._lock:
            self._remove_display()
            return self._lock.wait_for(lambda: self._removed is None, seconds)

    def _remove_display(self) -> None:
        self._removed, self._display = self._display or self._removed, None
        self._lock.notify_all()

    def wait_until_written(self, seconds: float) -> bool:
        """Wait at most `seconds` until everything is written; returns whether it is."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._waiting, seconds)

    def close(self, deadline: float | None = None) -> bool:
        """Wait until everything is written, and return whether it is. Raises as `write` does.

        A reader that has stopped is waited for until `deadline`, a `time.monotonic` value; without
        one, forever.
        """
        with self._lock:
            self._closed = True
            self._remove_display()
            before = self._written
            if not self._lock.wait_for(lambda: self._is_done, self._drain_timeout):
                self._drop()
                if not self._drain(before, deadline):
                    return False
        if self._failure is not None:
            raise self._failure
        return True

    @property
    def _is_done(self) -> bool:
        return not self._waiting and self._removed is None

    def _drain(self, written: int, deadline: float | None) -> bool:
        """Wait until everything is written; returns whether it is.

        `written` is the number of pieces that were written when the drain time-out began.
        """
        now = time.monotonic()
        progressed_at = now - self._drain_timeout
        latest_end = max(now, deadline or 0.0) + _MAX_DRAIN
        while not self._is_done:
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
                task = self._next_task()
            if task is None:
                return
            count, write = task
            try:
                if self._failure is None:
                    write()
            except Exception as error:
                self._failure = error
            with self._lock:
                self._waiting -= count
                self._written += 1
                if write == self._erase:
                    self._removed = None
                self._lock.notify_all()

    def _write(self, lines: Sequence[Any], trusted_start: bool) -> None:
        if isinstance(next(iter(lines), ''), Command):
            self._writer.write_commands(lines)
        else:
            self._writer.write(lines, trusted_start)

    def _next_task(self) -> tuple[int, Callable[[], None]] | None:
        """Wait for something to write; return its lines' number and a function that writes it.

        Returns None when everything is written after `close`.
        """
        while True:
            if self._removed is not None:
                return 0, self._erase
            if self._display is not None and self._failure is None:
                delay = 0.0 if self._is_crowded else self._display.delay(bool(self._queue))
                if delay <= 0:
                    lines = self._take_frame()
                    return len(lines), partial(self._display.draw, lines, bool(self._queue))
                self._is_pacing = bool(self._queue)
                self._lock.wait(delay)
                self._is_pacing = False
            elif self._queue:
                piece, _, trusted_start = self._queue.popleft()
                return len(piece), partial(self._write, piece, trusted_start)
            elif self._closed:
                return None
            else:
                self._lock.wait()

    def _take_frame(self) -> list[str]:
        """Take the lines of a frame from the queue."""
        lines: list[str] = []
        size = 0
        while self._queue and size < _FRAME_SIZE:
            piece, _, _ = self._queue.popleft()
            lines += piece
            size += sum(map(len, piece))
        return lines

    def _erase(self) -> None:
        if self._removed is not None and self._removed.is_shown:
            self._removed.erase()


def _pieces(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    begin = size = 0
    for at, line in enumerate(lines):
        size += len(line)
        if at > begin and (size > _PIECE_SIZE or at - begin >= _PIECE):
            yield lines[begin:at]
            begin, size = at, len(line)
    yield lines[begin:]
