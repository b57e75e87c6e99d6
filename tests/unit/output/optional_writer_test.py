from __future__ import annotations

import threading

import pytest

from kubectl_dog.output.optional_writer import OptionalWriter
from kubectl_dog.output.stream_writer import OutputClosedError
from kubectl_dog.output.stream_writer import OutputFailedError


class Failing:
    def __init__(self, error):
        self._error = error

    def write(self, lines, trusted_start):
        raise self._error


class Slow:
    def __init__(self):
        self.lines = []
        self.go = threading.Event()

    def write(self, lines, trusted_start):
        self.go.wait(5)
        self.lines += lines


@pytest.mark.parametrize(
    ('error', 'failure'),
    ((OutputClosedError(), ''), (OutputFailedError('disk is full'), 'disk is full')),
)
def test_failing_stream_ends_nothing(error, failure):
    writer = OptionalWriter(Failing(error))
    for _ in range(3):
        writer.write(['line'])
        writer.wait_until_written(5)
    assert writer.has_room()
    assert writer.close()
    assert writer.failure == failure


def test_slow_reader_misses_droppable_lines_only():
    slow = Slow()
    writer = OptionalWriter(slow, room=2, drop_notice=lambda count: [f'{count} dropped'])
    writer.write(['log'] * 2, droppable=True)
    writer.write(['log'] * 7, droppable=True)
    assert writer.has_room()
    writer.write(['verdict'])
    slow.go.set()
    writer.close()
    assert slow.lines == ['log', 'log', '7 dropped', 'verdict']
