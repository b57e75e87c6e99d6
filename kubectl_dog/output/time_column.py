"""The first column of plain lines: the time since the start, or the time of day in UTC."""

from __future__ import annotations

import time

from kubectl_dog.model.times import format_duration

_SECONDS_WIDTH = 4
_CLOCK_WIDTH = len('12:04:10Z')


class TimeColumn:
    """A formatter of times. `indent` is the margin of lines without a time."""

    def __init__(self, started: float, clock: bool) -> None:
        """Create the column of a run that began at `started`, in epoch seconds."""
        self._started = started
        self._clock = clock
        self._width = _CLOCK_WIDTH if clock else _SECONDS_WIDTH
        self.indent = ' ' * (self._width + 1)

    def text(self, at: float) -> str:
        """Return the time of an event, `at` seconds after the start."""
        if self._clock:
            return time.strftime('%H:%M:%SZ', time.gmtime(self._started + at))
        return format_duration(at).rjust(self._width)
