from __future__ import annotations

import threading

import pytest

from kubectl_dog.output.writer import BackgroundWriter
from kubectl_dog.output.writer import OutputClosedError


class Slow:
    """A terminal that takes nothing until it is let go."""

    def __init__(self):
        self.go = threading.Event()
        self.lines = []

    def write(self, lines):
        self.go.wait(5)
        self.lines += lines


class Closed:
    def write(self, lines):
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
    writer = BackgroundWriter(slow, patience=0.05, told=lambda count: [f'{count} dropped'])
    writer.write(['begun'])
    for _ in range(3):
        writer.write(['log'] * 100, spare=True)
    writer.write(['fact'])
    writer.write(['log'] * 10, spare=True)
    writer.write(['verdict'])
    threading.Timer(0.3, slow.go.set).start()
    writer.close()
    assert slow.lines == ['begun', '310 dropped', 'fact', 'verdict']
    assert writer.has_room()


def test_who_reads_in_time_gets_every_line():
    quick = Slow()
    quick.go.set()
    writer = BackgroundWriter(quick, told=lambda count: [f'{count} dropped'])
    writer.write(['log'] * 1000, spare=True)
    writer.close()
    assert quick.lines == ['log'] * 1000


def test_nothing_to_say_wakes_nobody(monkeypatch):
    writer, woken = BackgroundWriter(Slow()), []
    with monkeypatch.context() as patched:
        patched.setattr(threading.Condition, 'notify_all', woken.append)
        writer.write([])
    writer.close()
    assert not woken
