"""The live view: the lines of a run scroll above a table of its targets.

Between two frames the cursor is in a blank row above the table. So the text of other programs, and
what is typed, goes above the table, and a terminal that wraps its rows anew keeps the right row.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple
from typing import Protocol

from kubectl_dog.model.events import Event
from kubectl_dog.output.live_table import SHOWN
from kubectl_dog.output.live_table import LiveTable

# Seconds from one frame to the next, to the next one for the time alone, and to the next look at
# the size of the screen.
FRAME = 0.1
TICK = 1.0
LOOK = 0.25

# Synchronised output: the terminal shows all of a frame at once. The cursor is hidden within a
# frame only, so that it is visible however the program ends.
BEGIN = '\x1b[?2026h\x1b[?25l'
END = '\x1b[?25h\x1b[?2026l'
# tmux moves a screen that `ESC[J` clears into its history; `ESC[K` clears a row, and moves nothing.
_CLEAR_ROW = '\r\x1b[K'
_CLEAR_REST = '\x1b[K'
# A terminal may have become narrower before the program learns of it: rows must not wrap then.
_CUT, _WRAP = '\x1b[?7l', '\x1b[?7h'


class Size(NamedTuple):
    """The size of a terminal in characters."""

    columns: int
    rows: int


def clear(height: int) -> str:
    """Clear the row of the cursor and `height` rows below it; the cursor does not move."""
    return _CLEAR_ROW + ('\n' + _CLEAR_ROW) * height + _up(height)


def clear_screen_below(rows: int) -> str:
    """Clear from the row of the cursor to the end of a screen with this many rows."""
    # Cursor down stops at the last row, and does not scroll.
    return '\r\x1b7' + '\x1b[K\x1b[B' * (rows - 1) + '\x1b[K\x1b8'


def table(lines: Sequence[str], height: int = 0) -> str:
    """Draw lines below the row of the cursor, over an earlier table of `height` lines."""
    rows = [*lines, *[''] * (height - len(lines))]
    drawn = ''.join(f'\n{line}{_CLEAR_REST}' for line in rows)
    return f'{_CLEAR_ROW}{_CUT}{drawn}{_WRAP}{_up(len(rows))}\r'


def frame(text: str, lines: Sequence[str], height: int, resized_to: Size | None = None) -> str:
    """Return a frame: whole lines of text above a table, in place of one of `height` lines.

    `resized_to` is the size of the screen if it has changed: then the place of the earlier table is
    not known, except that it begins at the cursor.
    """
    if resized_to and height:
        erased = clear_screen_below(resized_to.rows)
    elif height and (text or not lines):
        erased = clear(height)
    else:
        erased = ''
    if not lines:
        return erased + text
    return f'{BEGIN}{erased}{text}{table(lines, 0 if erased else height)}{END}'


def _up(rows: int) -> str:
    return f'\x1b[{rows}A' if rows else ''


class Terminal(Protocol):
    """Interface of the terminal."""

    def write(self, text: str) -> None:
        """Write text as it is, and flush."""
        ...

    def size(self) -> Size:
        """Return the size of the screen."""
        ...

    def is_ours(self) -> bool:
        """Return whether this program is in the foreground of the terminal."""
        ...


class LiveView:
    """A display for a BackgroundWriter: it draws changes, at most ten times a second.

    `speed` is the speed of the clock of the events, compared with real time.
    """

    def __init__(
        self,
        table: LiveTable,
        terminal: Terminal,
        speed: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._terminal = terminal
        self._speed = speed
        self._clock = clock
        # Another thread adds events, and a signal may interrupt it: a deque needs no lock.
        self._events: deque[Event] = deque()
        # The time of the latest event, and when it came.
        self._latest = 0.0, clock()
        self._lines: list[str] = []
        self._size = terminal.size()
        self._frame_at = self._tick_at = -TICK

    @property
    def is_shown(self) -> bool:
        """Whether a table is on the screen."""
        return bool(self._lines)

    def add(self, batch: Sequence[Event]) -> bool:
        """Add events to the table; returns whether they may change it."""
        if not batch:
            return False
        self._latest = batch[-1].at, self._clock()
        shown = [event for event in batch if isinstance(event, SHOWN)]
        self._events.extend(shown)
        return bool(shown)

    def delay(self, has_lines: bool) -> float:
        """Return the seconds until `draw` is to be called; `has_lines`: lines are waiting."""
        now = self._clock()
        if has_lines or self._events or self._terminal.size() != self._size:
            return self._frame_at + FRAME - now
        return min(LOOK, self._tick_at + TICK - now)

    def draw(self, lines: Sequence[str], has_more: bool = False) -> None:
        """Write lines above the table, and draw the table; if more lines wait, maybe without it."""
        now = self._clock()
        text = ''.join(f'{line}\n' for line in lines)
        # While lines come too fast to be read, only some of the writes draw the table.
        remaining = self._frame_at + FRAME - now
        if remaining > 0 or (has_more and remaining > -FRAME):
            self._write(text, [])
            return
        size = self._terminal.size()
        rows = self._read_table(now, size)
        self._tick_at = now
        if text or rows != self._lines or size != self._size:
            self._frame_at = now
            self._write(text, rows, size)

    def erase(self) -> None:
        """Remove the table; the cursor is where the next line begins."""
        self._write('', [])

    def _read_table(self, now: float, size: Size) -> list[str]:
        while self._events:
            self._table.add(self._events.popleft())
        if not self._terminal.is_ours():
            return []
        at, came_at = self._latest
        return self._table.lines(at + (now - came_at) * self._speed, *size)

    def _write(self, text: str, rows: list[str], size: Size | None = None) -> None:
        height = len(self._lines)
        size = size or self._terminal.size()
        resized_to = size if size != self._size else None
        if self._lines and not self._terminal.is_ours():
            # Another program has the screen: no row of it is ours any more.
            height, resized_to = 0, None
        self._size = size
        output = frame(text, rows, height, resized_to)
        if output:
            self._terminal.write(output)
        self._lines = rows
