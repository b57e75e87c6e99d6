"""Split the timestamps off log lines, and drop lines that were delivered before."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from functools import partial

from kubectl_dog.model.items import LogLine
from kubectl_dog.model.times import nanoseconds

_SECOND = 1_000_000_000
# The same as `LogLine._make`, at half its cost.
_line = partial(tuple.__new__, LogLine)


class LogResume:
    """Tracks how far a log was delivered, so that a new stream can continue from there.

    `sinceTime` has whole seconds: a new stream begins with the lines of the last second, which are
    recognized by their times. Lines can share a time, and those of stdout and stderr can be out of
    order.
    """

    def __init__(self, since: float | None) -> None:
        self._last_time = int(since * _SECOND) if since else 0
        self._second_start = self._last_time
        # The times of the lines delivered in the last second, batch by batch.
        self._recent_times: list[array[int]] = []
        # The times of lines that are repeated: in the same order, or else in any order.
        self._expected_times: list[int] = []
        self._unordered_times: Counter[int] | None = None
        self._may_have_gap = False
        self._is_catching_up = True
        # Of a recent line: the text of its time up to the second, the same in nanoseconds, and the
        # text after the fraction.
        self._prefix = ''
        self._base = 0
        self._zone = 'Z '

    @property
    def since(self) -> int:
        """The epoch second from which a new stream must begin; 0: at the start of the log."""
        return self._last_time // _SECOND

    def reopen(self, same_run: bool = True) -> None:
        """Prepare for a new stream; one of the same run begins with lines that were delivered."""
        self._expected_times = [
            at for batch in self._recent_times for at in batch if at >= self._second_start
        ]
        self._unordered_times = None
        self._may_have_gap = same_run and bool(self._expected_times)
        self._is_catching_up = True

    def gap_message(self, lines: list[LogLine]) -> str:
        """Return a message about lines that may be missing before these lines of `read`, or ''."""
        if self._is_catching_up or not self._may_have_gap or not lines:
            return ''
        self._may_have_gap = False
        ends = (self._expected_times[-1], lines[0].time)
        since, until = (time.strftime('%H:%M:%S', time.gmtime(at // _SECOND)) for at in ends)
        return (
            f'lines written between {since} and {until} UTC may be missing: '
            'the log was rotated, or the container restarted, in between'
        )

    def read(self, block: bytes) -> tuple[list[LogLine], list[str]]:
        """Return the new lines of a block, and notices of the kubelet, which have no time.

        Each line of `block` ends with a line feed.
        """
        if not block:
            return [], []
        lines = block[:-1].decode('utf-8', 'replace')
        times, texts, notices = self._split_same_second(lines) or self._split(lines)
        if self._is_catching_up:
            times, texts = self._drop_repeated(times, texts)
        if times:
            self._remember(times)
        return list(map(_line, zip(times, texts))), notices

    def _split_same_second(self, block: str) -> tuple[list[int], list[str], list[str]] | None:
        """Do the same as `_split` if all lines are of the second of the line before; else None."""
        if not self._prefix:
            return None
        before, *lines = ('\n' + block).split('\n' + self._prefix)
        if before or len(lines) != block.count('\n') + 1:
            return None
        text_start = 9 + len(self._zone)
        fractions = [line[:9] for line in lines]
        zones = {line[9:text_start] for line in lines}
        if zones != {self._zone} or not ''.join(fractions).isdecimal():
            return None
        base = self._base
        times = [base + fraction for fraction in map(int, fractions)]
        return times, [line[text_start:] for line in lines], []

    def _split(self, block: str) -> tuple[list[int], list[str], list[str]]:
        times: list[int] = []
        texts: list[str] = []
        notices: list[str] = []
        prefix, base, zone = self._prefix, self._base, self._zone
        for line in block.split('\n'):
            # Most lines share the second of the line before, and parsing costs more than the rest.
            head, _, text = line.partition(zone)
            if len(head) == 29 and head[:20] == prefix and head[20:].isdecimal():
                times.append(base + int(head[20:]))
                texts.append(text)
                continue
            stamp, _, text = line.partition(' ')
            nanos = nanoseconds(stamp)
            if nanos is not None:
                times.append(nanos)
                texts.append(text)
                if stamp[19:20] == '.' and stamp[20:29].isdecimal():
                    prefix, base, zone = stamp[:20], nanos - nanos % _SECOND, stamp[29:] + ' '
            elif line.strip():
                notices.append(line.strip())
        self._prefix, self._base, self._zone = prefix, base, zone
        return times, texts, notices

    def _drop_repeated(self, times: list[int], texts: list[str]) -> tuple[list[int], list[str]]:
        """Drop repeated lines; after the first new line none are repeated."""
        if self._unordered_times is None:
            same = min(len(times), len(self._expected_times))
            is_repeated = times[:same] == self._expected_times[:same]
            new_times = times[same:]
            if is_repeated and (not new_times or new_times[0] >= self._second_start):
                self._may_have_gap = self._may_have_gap and not same
                del self._expected_times[:same]
                self._is_catching_up = not new_times
                return new_times, texts[same:]
            self._unordered_times = Counter(self._expected_times)
        for position, nanos in enumerate(times):
            if nanos < self._second_start:
                continue
            if not self._unordered_times[nanos]:
                self._is_catching_up, self._unordered_times = False, None
                return times[position:], texts[position:]
            self._unordered_times[nanos] -= 1
            self._may_have_gap = False
        return [], []

    def _remember(self, times: list[int]) -> None:
        last = max(times)
        if last > self._last_time:
            if last // _SECOND > self._last_time // _SECOND:
                self._second_start = last - last % _SECOND
                self._recent_times.clear()
            self._last_time = last
        if last >= self._second_start:
            self._recent_times.append(array('q', times))
