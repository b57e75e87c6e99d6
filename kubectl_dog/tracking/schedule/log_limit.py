"""Limit how many logs of all targets are read at the same time."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping

from kubectl_dog.model.items import LogLine
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.tracking.logs.selection import Stream
from kubectl_dog.tracking.logs.selection import excess_logs


class LogLimit:
    """The open logs, and the time of the last line of each closed log.

    A log that is opened again begins with lines that were read before.
    """

    def __init__(self, max_streams: int) -> None:
        self.streams: frozenset[Stream] = frozenset()
        self._max_streams = max_streams
        self._closed: dict[Stream, int] = {}

    def limit(
        self,
        wants: frozenset[Want],
        logs: Collection[Logs],
        lines_read: Mapping[Stream, tuple[LogLine, ...]],
    ) -> frozenset[Want]:
        """Return the wants without the logs that are too many; `logs` are those of the wants."""
        excess = excess_logs(logs, self.streams, self._max_streams)
        limited = wants.difference(excess) if excess else wants
        streams = frozenset(want.stream for want in logs if want not in excess)
        for stream in self.streams - streams:
            lines = lines_read.get(stream, ())
            self._closed[stream] = lines[-1].time if lines else -1
        self.streams = streams
        return limited

    def forget(self, streams: Iterable[Stream]) -> None:
        """Forget closed logs of pods that are gone."""
        for stream in streams:
            self._closed.pop(stream, None)

    def new_lines(self, want: Logs, lines: tuple[LogLine, ...]) -> tuple[LogLine, ...]:
        """Return the lines that were not read before the log was closed, if it ever was."""
        last_time = self._closed.get(want.stream)
        if last_time is None:
            return lines
        return tuple(line for line in lines if line.time > last_time)
