"""What a BackgroundWriter draws below its lines."""

from __future__ import annotations

import threading
import time

import pytest

from kubectl_dog.output.background_writer import BackgroundWriter
from kubectl_dog.output.command_guard import Command
from kubectl_dog.output.stream_writer import OutputClosedError
from tests.unit.output.background_writer_test import Slow

LIMIT = 10


class Display:
    """It is drawn when there are lines, or when it is `due`; `go` lets it write."""

    def __init__(self):
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Event()
        self.is_shown = self.due = False
        self.drawn = []
        self.failure = None
        self.pace = 0.0

    def delay(self, has_lines):
        return self.pace if has_lines else 0.0 if self.due else LIMIT

    def draw(self, lines, has_more):
        self.begun.set()
        self.go.wait(LIMIT)
        if self.failure:
            raise self.failure
        self.drawn.append((list(lines), has_more))
        self.is_shown, self.due = True, False

    def erase(self):
        self.go.wait(LIMIT)
        self.drawn.append('erased')
        self.is_shown = False


@pytest.fixture
def display():
    return Display()


@pytest.fixture
def plain():
    reader = Slow()
    reader.go.set()
    return reader


def wait_for(condition):
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_lines_go_to_the_display_while_there_is_one(plain, display):
    writer = BackgroundWriter(plain)
    writer.write(['a'])
    writer.wait_until_written(LIMIT)
    writer.show(display)
    writer.write(['b', 'c'])
    writer.wait_until_written(LIMIT)
    assert writer.hide(LIMIT)
    writer.write(['d'])
    assert writer.close()
    assert plain.lines == ['a', 'd']
    assert display.drawn == [(['b', 'c'], False), 'erased']


def test_close_removes_the_display_before_the_last_lines(plain, display):
    writer = BackgroundWriter(plain)
    writer.show(display)
    display.due = True
    writer.redraw()
    wait_for(lambda: display.is_shown)
    display.pace = LIMIT
    writer.write(['verdict'])
    assert writer.close()
    assert (display.drawn, plain.lines) == ([([], False), 'erased'], ['verdict'])
    writer.show(display)
    assert not display.is_shown


def test_a_display_that_was_not_drawn_is_not_erased(plain, display):
    writer = BackgroundWriter(plain)
    writer.show(display)
    assert writer.hide(LIMIT)
    assert writer.hide(LIMIT)
    assert writer.close()
    assert display.drawn == []


def test_lines_wait_for_the_next_frame_unless_many_wait(plain, display):
    writer = BackgroundWriter(plain, room=10)
    writer.show(display)
    display.pace = LIMIT
    for number in range(5):
        writer.write([str(number)])
    assert not writer.wait_until_written(0.1)
    writer.write(['5'])
    assert writer.wait_until_written(LIMIT)
    assert display.drawn == [(list('012345'), False)]
    writer.close()


def block(writer, display):
    """Let the display be drawn, on a terminal that takes nothing."""
    display.go.clear()
    display.due = True
    writer.show(display)
    display.begun.wait(LIMIT)


def test_a_frame_takes_some_lines_only(plain, display):
    writer = BackgroundWriter(plain)
    block(writer, display)
    lines = ['x' * 1000] * 100
    writer.write(lines)
    display.go.set()
    assert writer.wait_until_written(LIMIT)
    writer.close()
    assert [(len(frame), has_more) for frame, has_more in display.drawn[:-1]] == [
        (0, False),
        (68, True),
        (32, False),
    ]


def test_a_display_that_blocks_holds_nobody_up(plain, display):
    writer = BackgroundWriter(plain, drain_timeout=0.05)
    block(writer, display)
    began = time.monotonic()
    writer.write(['a'])
    assert not writer.hide(0.05)
    assert not writer.close(0.0)
    assert time.monotonic() < began + LIMIT / 2
    display.go.set()


def test_a_closed_terminal_is_reported_as_without_a_display(plain, display):
    writer = BackgroundWriter(plain)
    writer.show(display)
    display.failure = OutputClosedError()
    writer.write(['a'])
    writer.wait_until_written(LIMIT)
    with pytest.raises(OutputClosedError):
        writer.close()
    assert display.drawn == []


def test_commands_to_a_ci_system_remove_the_display(plain, display):
    commands = []
    plain.write_commands = commands.extend
    writer = BackgroundWriter(plain)
    writer.show(display)
    writer.write(['a'])
    writer.wait_until_written(LIMIT)
    writer.write_mixed(['b', Command('::group::c'), 'd'])
    assert writer.close()
    assert display.drawn in ([(['a'], False), 'erased'], [(['a'], False), (['b'], False), 'erased'])
    assert [*plain.lines][-1] == 'd'
    assert commands == [Command('::group::c')]
