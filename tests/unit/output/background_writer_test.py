from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

from kubectl_dog.output import background_writer as writer_module
from kubectl_dog.output.background_writer import BackgroundWriter
from kubectl_dog.output.stream_writer import OutputClosedError


class Slow:
    """A terminal that takes nothing until it is let go."""

    def __init__(self):
        self.go = threading.Event()
        self.lines = []

    def write(self, lines, trusted_start=False):
        self.go.wait(5)
        self.lines += lines


class Closed:
    def write(self, lines, trusted_start=False):
        raise OutputClosedError


def test_a_slow_terminal_holds_nobody_up_and_loses_nothing():
    slow = Slow()
    writer = BackgroundWriter(slow, room=10)
    for number in range(20):
        writer.write([str(number)])
    assert not writer.has_room()
    slow.go.set()
    writer.close()
    assert slow.lines == [str(number) for number in range(20)]
    assert writer.has_room()


def test_a_closed_output_is_told_at_the_next_write_or_at_the_end():
    writer = BackgroundWriter(Closed())
    writer.write(['a'])
    with pytest.raises(OutputClosedError):
        writer.close()
    with pytest.raises(OutputClosedError):
        writer.write(['b'])


def test_in_the_end_lines_to_spare_are_dropped_and_counted_and_all_else_is_written():
    slow = Slow()
    writer = BackgroundWriter(
        slow, drain_timeout=0.05, drop_notice=lambda count: [f'{count} dropped']
    )
    writer.write(['begun'])
    for _ in range(3):
        writer.write(['log'] * 100, droppable=True)
    writer.write(['fact'])
    writer.write(['log'] * 10, droppable=True)
    writer.write(['verdict'])
    threading.Timer(0.3, slow.go.set).start()
    writer.close()
    assert slow.lines == ['begun', '310 dropped', 'fact', 'verdict']
    assert writer.has_room()


def test_who_reads_in_time_gets_every_line():
    quick = Slow()
    quick.go.set()
    writer = BackgroundWriter(quick, drop_notice=lambda count: [f'{count} dropped'])
    writer.write(['log'] * 1000, droppable=True)
    writer.close()
    assert quick.lines == ['log'] * 1000


def test_nothing_to_say_wakes_nobody(monkeypatch):
    writer, woken = BackgroundWriter(Slow()), []
    with monkeypatch.context() as patched:
        patched.setattr(threading.Condition, 'notify_all', woken.append)
        writer.write([])
    writer.close()
    assert not woken


class Steps:
    """A reader who takes as many pieces as there are steps, and then stops."""

    def __init__(self, *steps):
        self.steps = list(steps)
        self.lines = []
        self.stopped = threading.Event()

    def write(self, lines, trusted_start):
        if not self.steps:
            self.stopped.wait(5)
        else:
            time.sleep(self.steps.pop(0))
            self.lines += lines


@pytest.mark.parametrize('taken', (0, 1, 3))
def test_a_reader_who_has_stopped_is_not_waited_for(taken):
    reader = Steps(*[0.0] * taken)
    writer = BackgroundWriter(reader, drain_timeout=0.05)
    for number in range(5):
        writer.write([str(number)])
    assert not writer.close(0.0)
    reader.stopped.set()


def test_a_reader_who_goes_on_is_waited_for():
    reader = Steps(*[0.02] * 40)
    writer = BackgroundWriter(reader, drain_timeout=0.5)
    for number in range(40):
        writer.write([str(number)])
    assert writer.close(0.0)
    assert len(reader.lines) == 40


def test_a_reader_who_goes_on_for_ever_is_not(monkeypatch):
    monkeypatch.setattr(writer_module, '_MAX_DRAIN', 0.1)
    reader = Steps(*[0.02] * 100)
    writer = BackgroundWriter(reader, drain_timeout=0.05)
    for number in range(100):
        writer.write([str(number)])
    assert not writer.close(0.0)


def test_before_the_deadline_a_reader_who_has_stopped_may_go_on():
    slow = Slow()
    writer = BackgroundWriter(slow, drain_timeout=0.05)
    writer.write(['verdict'])
    threading.Timer(0.3, slow.go.set).start()
    assert writer.close(time.monotonic() + 5)
    assert slow.lines == ['verdict']


@pytest.mark.parametrize(
    ('lines', 'sizes'),
    ((['a'] * 130, [64, 64, 2]), (['a' * 3000] * 3, [1, 1, 1]), (['a' * 9000, 'b'], [1, 1])),
)
def test_what_is_written_at_once_a_slow_reader_takes_in_time(lines, sizes):
    pieces = []
    writer = BackgroundWriter(
        SimpleNamespace(write=lambda lines, trusted_start: pieces.append(lines))
    )
    writer.write(lines)
    writer.close()
    assert [len(piece) for piece in pieces] == sizes
    assert [line for piece in pieces for line in piece] == lines
