"""The log lines of a run that reports can show, within a limit for all containers together."""

from __future__ import annotations

from collections import deque
from sys import getsizeof

from kubectl_dog.model import events
from kubectl_dog.model.items import LogLine

# Log lines per container that are kept from its start, and as many from its end.
MAX_LOG_LINES = 2000
# Bytes of memory for the log lines of all containers, approximately.
MAX_LOG_BYTES = 64 * 1024 * 1024
# Entries of LogRecord.counts; beyond that, the entries are for longer times.
MAX_COUNTS = 4096
# Seconds per entry of LogRecord.counts, at first.
BIN = 1
# Bytes of a kept line beside its text: the objects around it.
_OVERHEAD = 200

Entry = tuple[int, LogLine]


class LogLimits:
    """The limit that the containers of a run share; when it is reached, each keeps half as much.

    `lines` is the number of lines that each container keeps from its start and from its end.
    """

    def __init__(self, max_bytes: int = MAX_LOG_BYTES) -> None:
        self.lines = MAX_LOG_LINES
        self._max_bytes = max_bytes
        self._bytes = 0
        self._records: list[LogRecord] = []

    def join(self, record: LogRecord) -> None:
        """Count a container's lines."""
        self._records.append(record)

    def spend(self, size: int) -> None:
        """Count bytes that a container has added or, if negative, given up."""
        self._bytes += size
        while self._bytes > self._max_bytes and self.lines:
            self.lines //= 2
            for record in self._records:
                record.shorten(self.lines)
            self._bytes = sum(record.size for record in self._records)


class LogRecord:
    """The log of one container: its first and last lines, and when lines were written.

    - `first`, `last`: lines with the number of restarts of their instance.
    - `total`: number of all lines.
    - `counts`: number of lines by second since the start of the run, when they were received; in a
      long run, by the first of `count_seconds` seconds.
    - `size`: bytes of the kept lines, approximately.
    """

    def __init__(self, limits: LogLimits) -> None:
        self.first: list[Entry] = []
        self.last: deque[Entry] = deque()
        self.total = 0
        self.counts: dict[int, int] = {}
        self.size = 0
        self._limits = limits
        self._has_gap = False
        self.count_seconds = BIN
        limits.join(self)

    @property
    def omitted(self) -> int:
        """The number of lines between `first` and `last` that were not kept."""
        return self.total - len(self.first) - len(self.last)

    def add(self, chunk: events.LogChunk) -> None:
        """Add the lines of a chunk."""
        self._count(int(chunk.at), len(chunk.lines))
        self.total += len(chunk.lines)
        before = self.size
        for line in chunk.lines:
            self._add((chunk.instance, line))
        self._limits.spend(self.size - before)

    def _add(self, entry: Entry) -> None:
        limit = self._limits.lines
        if not self.last and not self._has_gap and len(self.first) < limit:
            self.first.append(entry)
        else:
            self.last.append(entry)
        self.size += _size(entry)
        while len(self.last) > limit:
            self.size -= _size(self.last.popleft())
            self._has_gap = True

    def shorten(self, limit: int) -> None:
        """Drop the lines in the middle that are beyond the limit of the first and last lines."""
        if len(self.first) > limit:
            # What is not kept of the first lines may be among the last ones.
            self.last.extendleft(reversed(self.first[limit:]))
            del self.first[limit:]
        while len(self.last) > limit:
            self.last.popleft()
            self._has_gap = True
        self.size = sum(map(_size, (*self.first, *self.last)))

    def _count(self, second: int, number: int) -> None:
        start = second - second % self.count_seconds
        self.counts[start] = self.counts.get(start, 0) + number
        if len(self.counts) > MAX_COUNTS:
            self.count_seconds *= 2
            counts, self.counts = self.counts, {}
            for other, count in counts.items():
                start = other - other % self.count_seconds
                self.counts[start] = self.counts.get(start, 0) + count


def _size(entry: Entry) -> int:
    return getsizeof(entry[1].text) + _OVERHEAD
