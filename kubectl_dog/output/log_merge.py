"""Render a batch of events; log lines of different pods are merged by time.

Only here are log lines put in order. The inbox delivers lines that waited together in one batch,
and older batches first; so they are printed by time, except that each log keeps its own order.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import chain
from itertools import groupby
from operator import itemgetter

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.times import running_max
from kubectl_dog.output.renderer import Renderer

_written_at = itemgetter(0)


def render_batch(
    renderer: Renderer, events: Sequence[Event], now: Callable[[], float] = lambda: 0.0
) -> Sequence[str]:
    """Return the lines for events, in their order; consecutive log lines are ordered by time.

    An empty batch means that nothing has happened for a while; `now` is called for its time.
    """
    if not events:
        return renderer.flush(now())
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
    """Return the lines of logs by time, but keep the order within each log."""
    latest: dict[tuple[str, str], int] = {}
    lines: list[tuple[int, str]] = []
    for chunk in chunks:
        rendered = renderer.render_log(chunk)
        key = (chunk.pod, chunk.container)
        sort_times = running_max(map(_written_at, rendered), latest.get(key, 0))
        latest[key] = sort_times[-1] if sort_times else latest.get(key, 0)
        lines += [(time, text) for time, (_, text) in zip(sort_times, rendered)]
    lines.sort(key=_written_at)
    return (text for _, text in lines)
