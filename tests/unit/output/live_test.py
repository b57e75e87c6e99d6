from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.model import events
from kubectl_dog.model.assessments import State
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.output import live
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.live import LiveView
from kubectl_dog.output.live import Size
from kubectl_dog.output.live_table import LiveTable
from tests.unit.ci import SETTINGS
from tests.unit.output.screen import Screen

WEB = Target(DEPLOYMENTS, 'shop', 'web')
ROW = '→ deploy/web  –  {}s  waiting for {}'


class Fake:
    """A terminal, and the time."""

    def __init__(self, columns=80, rows=24, cells=True):
        self.screen = Screen(columns, rows) if cells else None
        self.writes = []
        self.now = 100.0
        self.in_foreground = True
        self._size = Size(columns, rows)

    def write(self, text):
        self.writes.append(text)
        if self.screen:
            self.screen.write(text)

    def size(self):
        return self._size

    def is_ours(self):
        return self.in_foreground

    def resize(self, columns, rows):
        self._size = Size(columns, rows)
        self.screen.resize(columns, rows)

    def view(self, speed=1.0):
        table = LiveTable(lambda target: target.label, Palette(False))
        return LiveView(table, self, speed, lambda: self.now)


def state(waits_for='a pod', at=0.0, target=WEB):
    return events.StateChanged(at, target, State.PROGRESSING, '', '', None, waits_for)


@pytest.fixture
def fake():
    return Fake()


@pytest.fixture
def view(fake):
    return fake.view()


def drawn(view, lines=()):
    """Draw if it is time; returns the delay."""
    delay = view.delay(bool(lines))
    if delay <= 0:
        view.draw(lines)
    return delay


def test_lines_are_above_the_table_and_a_blank_row(fake, view):
    view.add([state()])
    drawn(view, ['one', 'two'])
    assert fake.screen.text == f'one\ntwo\n\n{ROW.format(0, "a pod")}'
    assert fake.screen.below == [ROW.format(0, 'a pod')]
    fake.now += 1
    drawn(view, ['three'])
    assert fake.screen.text == f'one\ntwo\nthree\n\n{ROW.format(1, "a pod")}'
    view.erase()
    assert fake.screen.text == 'one\ntwo\nthree'
    assert not view.is_shown
    fake.write('four\n')
    assert fake.screen.text == 'one\ntwo\nthree\nfour'


def test_each_frame_is_one_write_in_synchronised_output(fake, view):
    view.add([state()])
    drawn(view, ['one'])
    assert [text.startswith(live.BEGIN) and text.endswith(live.END) for text in fake.writes] == [
        True
    ]
    assert fake.writes[0].count('\x1b[?2026') == 2
    assert '\x1b[J' not in fake.writes[0]


def test_only_a_change_is_drawn(fake, view):
    view.add([state()])
    drawn(view)
    view.add([events.LogChunk(0.0, WEB, 'web-1', 'main', ())])
    view.add([])
    assert drawn(view) == live.LOOK
    fake.now += 0.2
    view.add([state()])
    assert drawn(view) <= 0
    assert len(fake.writes) == 1


def test_a_change_is_drawn_at_once_but_not_too_often(fake, view):
    view.add([state()])
    drawn(view)
    view.add([state('two pods')])
    assert drawn(view) == pytest.approx(live.FRAME)
    fake.now += live.FRAME
    assert drawn(view) <= 0
    assert ROW.format(0, 'two pods') in fake.screen.text


def test_time_alone_is_drawn_each_second(fake, view):
    view.add([state()])
    for _ in range(100):
        drawn(view)
        fake.now += 0.05
    assert fake.screen.frames == 5
    assert ROW.format(4, 'a pod') in fake.screen.text


@pytest.mark.parametrize(('speed', 'age'), ((0.0, 0), (10.0, 30)))
def test_time_has_the_speed_of_the_events(fake, speed, age):
    view = fake.view(speed)
    view.add([state()])
    fake.now += 3
    drawn(view)
    assert fake.screen.below == [ROW.format(age, 'a pod')]


def test_many_lines_cost_few_frames_and_few_bytes():
    """10,000 lines in 5 s, a batch each 5 ms: the table costs frames and bytes, and no more."""
    fake = Fake(cells=False)
    view = fake.view()
    targets = [WEB._replace(name=f'web-{number}') for number in range(12)]
    view.add([state(target=target) for target in targets])
    line, waiting, frames = 'x' * 100, [], 0
    for number in range(1000):
        waiting += [line] * 10
        view.add([state(f'{number}', target=targets[number % 12])])
        if view.delay(has_lines=True) <= 0:
            view.draw(waiting)
            waiting = []
        fake.now += 0.005
    frames = sum(live.BEGIN in text for text in fake.writes)
    assert frames == len(fake.writes) <= 51
    size = sum(map(len, fake.writes)) - (10_000 - len(waiting)) * 101
    assert size < frames * 600


def test_lines_that_come_too_fast_are_written_without_the_table(fake, view):
    view.add([state()])
    drawn(view)
    for number in range(10):
        view.draw([f'{number}'], has_more=True)
    assert fake.screen.text == '\n'.join(map(str, range(10)))
    assert fake.screen.frames == 1
    fake.now += live.FRAME * 1.1
    view.draw(['10'], has_more=True)
    assert fake.screen.frames == 1
    fake.now += live.FRAME
    view.draw(['11'], has_more=True)
    assert fake.screen.frames == 2
    assert fake.screen.text.endswith('10\n11\n\n' + ROW.format(0, 'a pod'))


def test_a_new_size_is_drawn_without_any_change(fake, view):
    view.add([state(target=WEB._replace(name=f'web-{number}')) for number in range(9)])
    drawn(view, [f'{number}' for number in range(40)])
    assert len(fake.screen.below) == 7
    fake.now += 0.3
    fake.resize(60, 12)
    assert drawn(view) <= 0
    assert len(fake.screen.below) == 3
    fake.now += 0.3
    fake.resize(39, 12)
    drawn(view)
    assert not view.is_shown
    assert fake.screen.text == '\n'.join(map(str, range(40)))


def test_in_the_background_there_are_only_lines(fake, view):
    view.add([state()])
    drawn(view, ['one'])
    fake.in_foreground = False
    fake.now += 1
    # The shell has written its prompt.
    fake.write('$ \n')
    drawn(view, ['two'])
    assert fake.writes[-1] == 'two\n'
    fake.in_foreground = True
    fake.now += 1
    drawn(view)
    assert fake.screen.below == [ROW.format(2, 'a pod')]


def test_a_run_without_targets_has_no_table(fake, view):
    drawn(view, ['one'])
    assert fake.writes == ['one\n']


LINES = st.lists(st.text('ab日e\u0301👍 ', max_size=60).map('<'.__add__), max_size=12)
NAMES = st.lists(st.text('abc日\u0301', min_size=1, max_size=40), max_size=12)
STEPS = st.lists(
    st.tuples(
        LINES,
        NAMES,
        st.sampled_from((0.0, 0.05, 0.3, 1.5)),
        st.none() | st.tuples(st.integers(130, 200), st.integers(2, 40)),
        st.booleans(),
    ),
    max_size=12,
)


@SETTINGS
@given(STEPS)
def test_scrollback_is_that_of_plain_output(steps):
    """Whatever comes, and however high the screen is: also if its height changes."""
    fake = Fake(130, 24)
    view, written = fake.view(), []
    for lines, names, seconds, size, has_more in steps:
        view.add([state(target=WEB._replace(name=name)) for name in names])
        fake.now += seconds
        if size:
            fake.resize(*size)
        view.draw(lines, has_more)
        written += [line.rstrip(' ') for line in lines]
        table = fake.screen.below if view.is_shown else []
        assert len(table) + bool(table) <= fake.size().rows / 3
        assert fake.screen.is_cursor_visible
        assert fake.screen.wraps
    view.erase()
    assert fake.screen.text == '\n'.join(written).rstrip('\n')
