"""Events that belong together, rendered: log lines of different pods are merged by time."""

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

_moment = itemgetter(0)


def render_batch(renderer: Renderer, events: Sequence[Event]) -> Sequence[str]:
    """What the renderer says of these events, in their order; lines of logs in theirs."""
    if len(events) == 1:
        return renderer.render(events[0])
    found: list[str] = []
    for is_log, some in groupby(events, lambda event: isinstance(event, LogChunk)):
        if is_log:
            found += _merged(renderer, [one for one in some if isinstance(one, LogChunk)])
        else:
            found += chain.from_iterable(map(renderer.render, some))
    return found


def _merged(renderer: Renderer, chunks: Sequence[LogChunk]) -> Iterator[str]:
    """By the time at which each line was written, but never against the order of its own log."""
    reached: dict[tuple[str, str], int] = {}
    lines: list[tuple[int, str]] = []
    for chunk in chunks:
        rendered = renderer.render(chunk)
        key = (chunk.pod, chunk.container)
        times = [line[0] for line in chunk.lines]
        # What a renderer says beside the lines stands before them.
        times[:0] = times[:1] * (len(rendered) - len(times))
        moments = list(accumulate([reached.get(key, 0), *times], max))[1:]
        reached[key] = moments[-1] if moments else 0
        lines += zip(moments, rendered)
    lines.sort(key=_moment)
    return (text for _, text in lines)
