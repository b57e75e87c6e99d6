from __future__ import annotations

import pytest

from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import Notice
from kubectl_dog.model.items import LogLine
from kubectl_dog.output import log_merge
from kubectl_dog.output.jsonl import JsonRenderer
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions
from tests.unit.builders import DEPLOY


def chunk(pod, *times, instance=0):
    lines = tuple(LogLine(time, f'{pod}{time}') for time in times)
    return LogChunk(1.0, DEPLOY, pod, 'main', lines, instance)


@pytest.mark.parametrize(
    ('events', 'lines'),
    (
        ([chunk('a', 1, 4), chunk('b', 2, 3)], 'a1 b2 b3 a4'),
        ([chunk('a', 1, 2), chunk('b', 1, 2)], 'a1 b1 a2 b2'),
        # A log of its own order keeps it.
        ([chunk('a', 5, 1, 6), chunk('b', 2, 7)], 'b2 a5 a1 a6 b7'),
        ([chunk('a', 9), chunk('a', 3), chunk('b', 4)], 'b4 a9 a3'),
        ([chunk('a', 2, 4), chunk('b', 3, instance=1)], 'a2 restart b3 a4'),
        ([chunk('a', 3), Notice(1.0, None, 'told'), chunk('b', 1)], 'a3 told b1'),
        ([chunk('a', 2, 1)], 'a2 a1'),
        ([], ''),
    ),
)
def test_lines_that_waited_together_are_told_by_their_time(events, lines):
    rendered = log_merge.render_batch(PlainRenderer(RenderOptions(0.0)), events)
    words = lines.split()
    assert len(rendered) == len(words)
    assert all(word in line for word, line in zip(words, rendered))


def test_lines_of_json_too():
    rendered = log_merge.render_batch(
        JsonRenderer(RenderOptions(0.0)), [chunk('a', 1, 4), chunk('b', 2)]
    )
    assert [line.partition('"text": ')[2] for line in rendered] == ['"a1"}', '"b2"}', '"a4"}']
