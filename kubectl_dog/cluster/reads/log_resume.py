"""Raw log lines to LogLines: timestamps split off, nothing delivered twice."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from functools import partial

from kubectl_dog.model.items import LogLine
from kubectl_dog.model.times import nanoseconds

_SECOND = 1_000_000_000
# What `LogLine._make` does, at half its cost.
_line = partial(tuple.__new__, LogLine)


class LogResume:
    """Remembers how far a log was delivered, so that a new opening can go on from there.

    The server can only be asked for a whole second: the lines of that second come again, the first
    of all, and are known by their times. Lines can share a time, and those of stdout and stderr
    can be out of order.
    """

    def __init__(self, since: float | None) -> None:
        self._last = int(since * _SECOND) if since else 0
        self._first = self._last
        # The times of what was delivered in the last second, batch by batch.
        self._recent: list[array[int]] = []
        # Those that have to come again: as they came, and once that fails in whatever order.
        self._due: list[int] = []
        self._seen: Counter[int] | None = None
        self._missed = False
        self._catching_up = True
        # Of a recent line: its time up to the second, what that is, and what follows the fraction.
        self._prefix = ''
        self._base = 0
        self._zone = 'Z '

    @property
    def since(self) -> int:
        """Where a new opening must begin, in whole epoch seconds; 0: at the very start."""
        return self._last // _SECOND

    def reopen(self, same: bool = True) -> None:
        """What follows comes from a new opening; that of the `same` run begins with lines that
        were seen.
        """
        self._due = [at for batch in self._recent for at in batch if at >= self._first]
        self._seen = None
        self._missed = same and bool(self._due)
        self._catching_up = True

    def gap(self, lines: list[LogLine]) -> str:
        """What to say of lines that may be lost before these, which `read` gave last; or ''."""
        if self._catching_up or not self._missed or not lines:
            return ''
        self._missed = False
        ends = (self._due[-1], lines[0].time)
        since, until = (time.strftime('%H:%M:%S', time.gmtime(at // _SECOND)) for at in ends)
        return (
            f'lines written between {since} and {until} UTC may be missing: '
            'the log was rotated, or the container restarted, in between'
        )

    def read(self, block: bytes) -> tuple[list[LogLine], list[str]]:
        """New lines; and what the kubelet itself has to say, which bears no time.

        In `block` each line has its line feed.
        """
        if not block:
            return [], []
        lines = block[:-1].decode('utf-8', 'replace')
        times, texts, notices = self._of_one_second(lines) or self._split(lines)
        if self._catching_up:
            times, texts = self._news(times, texts)
        if times:
            self._remember(times)
        return list(map(_line, zip(times, texts))), notices

    def _of_one_second(self, block: str) -> tuple[list[int], list[str], list[str]] | None:
        """The same as `_split` for lines of the second of the line before; None for others."""
        if not self._prefix:
            return None
        before, *lines = ('\n' + block).split('\n' + self._prefix)
        if before or len(lines) != block.count('\n') + 1:
            return None
        begin = 9 + len(self._zone)
        fractions = [line[:9] for line in lines]
        if {line[9:begin] for line in lines} != {self._zone} or not ''.join(fractions).isdecimal():
            return None
        base = self._base
        return [base + at for at in map(int, fractions)], [line[begin:] for line in lines], []

    def _split(self, block: str) -> tuple[list[int], list[str], list[str]]:
        times: list[int] = []
        texts: list[str] = []
        notices: list[str] = []
        prefix, base, zone = self._prefix, self._base, self._zone
        for line in block.split('\n'):
            # Most lines share their second with the line before: parsing costs more than the rest.
            head, _, text = line.partition(zone)
            if len(head) == 29 and head[:20] == prefix and head[20:].isdecimal():
                times.append(base + int(head[20:]))
                texts.append(text)
                continue
            stamp, _, text = line.partition(' ')
            at = nanoseconds(stamp)
            if at is not None:
                times.append(at)
                texts.append(text)
                if stamp[19:20] == '.' and stamp[20:29].isdecimal():
                    prefix, base, zone = stamp[:20], at - at % _SECOND, stamp[29:] + ' '
            elif line.strip():
                notices.append(line.strip())
        self._prefix, self._base, self._zone = prefix, base, zone
        return times, texts, notices

    def _news(self, times: list[int], texts: list[str]) -> tuple[list[int], list[str]]:
        """Leave out what was seen; after the first line that is new there is no more of that."""
        if self._seen is None:
            same = min(len(times), len(self._due))
            news = times[same:]
            if times[:same] == self._due[:same] and (not news or news[0] >= self._first):
                self._missed = self._missed and not same
                del self._due[:same]
                self._catching_up = not news
                return news, texts[same:]
            self._seen = Counter(self._due)
        for number, at in enumerate(times):
            if at < self._first:
                continue
            if not self._seen[at]:
                self._catching_up, self._seen = False, None
                return times[number:], texts[number:]
            self._seen[at] -= 1
            self._missed = False
        return [], []

    def _remember(self, times: list[int]) -> None:
        last = max(times)
        if last > self._last:
            if last // _SECOND > self._last // _SECOND:
                self._first = last - last % _SECOND
                self._recent.clear()
            self._last = last
        if last >= self._first:
            self._recent.append(array('q', times))
