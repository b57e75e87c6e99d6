"""Render a batch of events; log lines of different pods are merged by time."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import accumulate
from itertools import chain
from itertools import groupby
from operator import itemgetter

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import LogChunk
from kubectl_dog.output.renderer import Renderer

_written_at = itemgetter(0)


def render_batch(renderer: Renderer, events: Sequence[Event]) -> Sequence[str]:
    """The lines for events, in their order; log lines are ordered by their time."""
    if len(events) == 1:
        return renderer.render(events[0])
    lines: list[str] = []
    for is_log, group in groupby(events, lambda event: isinstance(event, LogChunk)):
        if is_log:
            chunks = [event for event in group if isinstance(event, LogChunk)]
            lines += _merge_logs(renderer, chunks)
        else:
            lines += chain.from_iterable(map(renderer.render, group))
    return lines


def _merge_logs(renderer: Renderer, chunks: Sequence[LogChunk]) -> Iterator[str]:
    """Lines of logs by the time of writing, except that each log keeps its own order."""
    latest: dict[tuple[str, str], int] = {}
    lines: list[tuple[int, str]] = []
    for chunk in chunks:
        rendered = renderer.render(chunk)
        key = (chunk.pod, chunk.container)
        times = [line[0] for line in chunk.lines]
        # Additional lines of the renderer come before the log lines.
        times[:0] = times[:1] * (len(rendered) - len(times))
        sort_times = list(accumulate([latest.get(key, 0), *times], max))[1:]
        latest[key] = sort_times[-1] if sort_times else 0
        lines += zip(sort_times, rendered)
    lines.sort(key=_written_at)
    return (text for _, text in lines)
