"""Split the timestamps off log lines, and drop lines that were delivered before."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Sequence
from functools import partial
from operator import itemgetter

from kubectl_dog.model.items import LogLine
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.times import nanoseconds

_SECOND = 1_000_000_000
# A timestamp with nine digits after the second, which is the usual form; or any other line.
_LINE = lazy_compile(r'(?m)^(?:(.{20})([0-9]{9})(Z|[+-][0-9:]{5}) (.*)|(.*))$')
# The same as `LogLine._make`, at half its cost.
_log_line = partial(tuple.__new__, LogLine)
_line_time = itemgetter(0)


def split_timestamps(block: bytes) -> tuple[list[LogLine], list[str]]:
    """Return the lines of a block, and notices of the kubelet, which have no timestamp.

    Each line of `block` ends with a line feed.
    """
    times: list[int] = []
    texts: list[str] = []
    notices: list[str] = []
    base: int | None = None
    parsed = ('', '')
    for second, fraction, zone, text, other in _LINE.findall(block[:-1].decode('utf-8', 'replace')):
        if second:
            # Parse each second only once: that costs more than the rest.
            if (second, zone) != parsed:
                parsed, base = (second, zone), nanoseconds(f'{second}0{zone}')
            if base is not None:
                times.append(base + int(fraction))
                texts.append(text)
                continue
        line = other or f'{second}{fraction}{zone} {text}'
        stamp, _, rest = line.partition(' ')
        nanos = nanoseconds(stamp)
        if nanos is not None:
            times.append(nanos)
            texts.append(rest)
        elif line.strip():
            notices.append(line.strip())
    return list(map(_log_line, zip(times, texts))), notices


class LogResume:
    """The position up to which a log was delivered, so that a new stream can continue there.

    `sinceTime` has whole seconds: a new stream begins with the lines of the last second, which are
    recognized by their times. Lines can share a time, and those of stdout and stderr can be out of
    order within the second.
    """

    def __init__(self, since: float | None) -> None:
        self._last_time = int(since * _SECOND) if since else 0
        self._second_start = self._last_time
        # The times of the lines delivered in the last second.
        self._recent_times = array('q')
        # How often each time may be repeated; None after the first new line of a stream.
        self._repeated: Counter[int] | None = Counter()
        self._may_have_gap = False

    @property
    def since(self) -> int:
        """The epoch second from which a new stream must begin; 0: at the start of the log."""
        return self._last_time // _SECOND

    def reopen(self, same_run: bool = True) -> None:
        """Prepare for a new stream; one of the same run begins with lines that were delivered."""
        self._repeated = Counter(self._recent_times)
        self._may_have_gap = same_run and bool(self._repeated)

    def new_lines(self, lines: list[LogLine]) -> tuple[list[LogLine], str]:
        """Return the lines that were not delivered, and a message if lines before them may be lost.

        After the first new line of a stream, all lines are new.
        """
        if self._repeated is not None:
            lines = self._drop_repeated(self._repeated, lines)
        if not lines:
            return [], ''
        gap_message = ''
        if self._may_have_gap:
            self._may_have_gap = False
            gap_message = _gap_message(self._last_time, lines[0].time)
        self._remember(list(map(_line_time, lines)))
        return lines, gap_message

    def _drop_repeated(self, repeated: Counter[int], lines: list[LogLine]) -> list[LogLine]:
        for position, (nanos, _) in enumerate(lines):
            if nanos < self._second_start:
                continue
            if not repeated[nanos]:
                self._repeated = None
                return lines[position:]
            repeated[nanos] -= 1
            self._may_have_gap = False
        return []

    def _remember(self, times: Sequence[int]) -> None:
        last = max(times)
        if last > self._last_time:
            if last // _SECOND > self._last_time // _SECOND:
                self._second_start = last - last % _SECOND
                del self._recent_times[:]
            self._last_time = last
        if last >= self._second_start:
            self._recent_times.extend(times)


def _gap_message(since: int, until: int) -> str:
    ends = (time.strftime('%H:%M:%S', time.gmtime(at // _SECOND)) for at in (since, until))
    return 'lines written between {} and {} UTC may be missing: {}'.format(
        *ends, 'the log was rotated, or the container restarted, in between'
    )
