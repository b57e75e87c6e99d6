"""Raw log lines to LogLines: timestamps split off, nothing delivered twice."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.items import LogLine
from kubectl_dog.model.times import nanoseconds

_SECOND = 1_000_000_000


class LineReader:
    """Remembers how far a log was delivered, so that a new opening can go on from there.

    The server can only be asked for a whole second, and several lines can bear the same time: the
    lines of that second come again and are skipped, those of the last time by their number.
    """

    def __init__(self, since: float | None) -> None:
        self._last = int(since * _SECOND) if since else 0
        self._at_last = 0
        self._to_skip = 0
        self._catching_up = True
        self._prefix = b''
        self._base = 0

    @property
    def since(self) -> int:
        """Where a new opening must begin, in whole epoch seconds; 0: at the very start."""
        return self._last // _SECOND

    def reopen(self) -> None:
        """What follows comes from a new opening, and begins with lines that were seen."""
        self._to_skip = self._at_last
        self._catching_up = True

    def read(self, raw: Iterable[bytes]) -> tuple[list[LogLine], list[str]]:
        """New lines; and what the kubelet itself has to say, which bears no time."""
        lines: list[LogLine] = []
        notices: list[str] = []
        for line in raw:
            stamp, _, text = line.partition(b' ')
            at = self._time(stamp)
            if at is None:
                if line.strip():
                    notices.append(line.decode('utf-8', 'replace').strip())
            elif not (self._catching_up and self._seen(at)):
                if at > self._last:
                    self._last, self._at_last = at, 1
                elif at == self._last:
                    self._at_last += 1
                lines.append(LogLine(at, text.decode('utf-8', 'replace')))
        return lines, notices

    def _seen(self, at: int) -> bool:
        if at < self._last:
            return True
        if at == self._last:
            self._to_skip -= 1
            return self._to_skip >= 0
        self._catching_up = False
        return False

    def _time(self, stamp: bytes) -> int | None:
        # Most lines share their second with the line before; parsing it costs more than the rest.
        fraction = stamp[20:29]
        if len(stamp) < 30 or stamp[19] != 46 or not fraction.isdigit():
            return _parsed(stamp)
        prefix = stamp[:20] + stamp[29:]
        if prefix != self._prefix:
            whole = _parsed(stamp)
            if whole is None:
                return None
            self._prefix, self._base = prefix, whole - whole % _SECOND
        return self._base + int(fraction)


def _parsed(stamp: bytes) -> int | None:
    try:
        return nanoseconds(stamp.decode('ascii'))
    except ValueError:  # not ASCII, or a thirteenth month
        return None
