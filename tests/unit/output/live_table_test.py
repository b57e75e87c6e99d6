from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.causes import tolerances
from kubectl_dog.model import events
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import cell_width
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.live_table import SHOWN
from kubectl_dog.output.live_table import LiveTable
from kubectl_dog.output.stream_writer import encodable
from tests.unit.ci import SETTINGS
from tests.unit.ci import TEXT

WEB = Target(DEPLOYMENTS, 'shop', 'web')
COLOURS = re.compile(r'\x1b\[\d+m')


def state(state=State.PROGRESSING, at=1.0, target=WEB, **fields):
    values = {'reason': '', 'message': '', 'progress': None, 'waits_for': '', **fields}
    return events.StateChanged(at, target, state, **values)


def cause(at=2.0, target=WEB, left=None, fails_at=None, code='CrashLoop', **fields):
    seen = Cause(code, '', 'main', 'main exits with 3', ('web-1',), **fields)
    return events.CauseSeen(at, target, seen, 3, left, fails_at)


def ended(verdict, at=5.0, target=WEB, reason='', message='', progress=None):
    return events.TargetEnded(at, target, verdict, reason, message, progress, Explanation())


def shown(*given, now=10.0, columns=80, rows=60, colour=False, encode=str):
    table = LiveTable(lambda target: target.label, Palette(colour), encode)
    for event in given:
        table.add(event)
    return table.lines(now, columns, rows)


@pytest.mark.parametrize(
    ('given', 'row'),
    (
        ([events.RunBegan(0.0, 'rollout', (WEB,))], '– deploy/web  –  10s  no status received yet'),
        (
            [state(waits_for='1 of 3 pods', progress=Progress(3, 2, 1))],
            '→ deploy/web  1/3  9s  waiting for 1 of 3 pods',
        ),
        # Ready pods of the old revision do not count, and not as such if the target fails.
        ([state(progress=Progress(3, 1, 3, 3, 3))], '→ deploy/web  1/3  9s  progressing'),
        (
            [state(progress=Progress(3, 1, 3, 3, 3)), cause(fails_at=3)],
            '⚠ deploy/web  0/3  8s  fails at the 3rd exit: CrashLoop main',
        ),
        ([state(), cause(left=30.0)], '⚠ deploy/web  –  8s  fails in 22s: CrashLoop main'),
        (
            [state(), cause(left=30.0, clock_paused=True)],
            '⚠ deploy/web  –  8s  fails in 30s: CrashLoop main',
        ),
        ([state(), cause(left=3.0)], '⚠ deploy/web  –  8s  fails in 1s: CrashLoop main'),
        # The first deadline counts.
        (
            [state(), cause(left=30.0), cause(left=20.0, code='Quota'), cause(code='Slow')],
            '⚠ deploy/web  –  8s  fails in 12s: Quota main',
        ),
        ([state(waits_for='it'), cause()], '→ deploy/web  –  9s  waiting for it'),
        (
            [state(), cause(tolerance_override=tolerances.ALWAYS)],
            '→ deploy/web  –  9s  progressing',
        ),
        (
            [state(), cause(left=30.0), events.CauseGone(4.0, WEB, cause().cause)],
            '→ deploy/web  –  6s  progressing',
        ),
        ([state(), state(State.READY, 4.0)], '✓ deploy/web  –  6s  ready'),
        ([state(State.PAUSED, message='is off')], '– deploy/web  –  9s  paused: is off'),
        ([state(State.FAILED, message='it broke')], '✗ deploy/web  –  9s  failed: it broke'),
        ([state(State.ABSENT)], '– deploy/web  –  9s  absent: does not exist yet'),
        ([ended(Verdict.READY, progress=Progress(3, 3, 3))], '✓ deploy/web  3/3  5s  ready'),
        (
            [cause(left=9.0), ended(Verdict.FAILED, reason='CrashLoop', message='it exits')],
            '✗ deploy/web  –  5s  failed: CrashLoop: it exits',
        ),
        ([ended(Verdict.TIMED_OUT)], '✗ deploy/web  –  5s  timed out'),
        ([ended(Verdict.PROGRESSING)], '– deploy/web  –  5s  progressing'),
        ([events.StatusReport(3.0, (state(),))], '→ deploy/web  –  9s  progressing'),
    ),
)
def test_row(given, row):
    assert shown(*given) == [row]


def test_other_events_do_not_change_the_table():
    notice = events.Notice(1.0, WEB, 'a notice')
    assert not isinstance(notice, SHOWN)
    assert shown(notice) == []


def fleet(*states):
    return [
        state(kind, target=WEB._replace(name=f'web-{number}')) for number, kind in enumerate(states)
    ]


MIXED = fleet(State.READY, State.PAUSED, State.PROGRESSING, State.PROGRESSING, State.FAILED)


def test_failing_rows_come_first_and_ready_ones_last():
    given = [*MIXED, cause(left=9.0, target=WEB._replace(name='web-3'))]
    names = [line.split()[1][-1] for line in shown(*given)]
    assert names == ['4', '3', '2', '1', '0']


@pytest.mark.parametrize(
    ('rows', 'last'),
    (
        (18, '✓ deploy/web-0  –  9s  ready'),
        (17, '… 2 more: 1 paused, 1 ready'),
        (14, '… 3 more: 1 progressing, 1 paused, 1 ready'),
        (8, '… 5 more: 1 failed, 2 progressing, 1 paused, 1 ready'),
    ),
)
def test_the_table_takes_a_third_of_the_screen(rows, last):
    lines = shown(*MIXED, rows=rows)
    # A blank row is above it.
    assert len(lines) + 1 <= rows / 3
    assert lines[-1] == last


def test_hidden_rows_that_are_all_ready():
    assert shown(*fleet(State.FAILED, *[State.READY] * 9), rows=12)[-1] == '… 8 more: all ready'


@pytest.mark.parametrize(('columns', 'rows'), ((39, 60), (0, 0), (80, 5)))
def test_a_small_screen_has_no_table(columns, rows):
    assert shown(*MIXED, columns=columns, rows=rows) == []


def test_a_narrow_screen_shortens_names_and_shows_the_time_left():
    target = WEB._replace(name='a-service-with-a-long-name')
    given = state(target=target, progress=Progress(12, 3, 3)), cause(target=target, left=95.0)
    assert shown(*given, columns=40) == ['⚠ deplo…-name  3/12  8s  fails in 1m27…']


def test_colours():
    given = [*MIXED, cause(left=9.0, target=WEB._replace(name='web-3'))]
    lines = shown(*given, colour=True)
    assert [COLOURS.findall(line)[:1] for line in lines] == [
        ['\x1b[31m'],
        ['\x1b[33m'],
        [],
        [],
        ['\x1b[32m'],
    ]
    assert [COLOURS.sub('', line) for line in lines] == shown(*given)


def test_a_terminal_without_unicode_has_other_signs():
    lines = shown(*MIXED, rows=17, encode=lambda text: encodable(text, 'ascii'))
    assert ''.join(lines).isascii()
    assert lines[0].startswith('x  deploy/web-4  -  9s  failed')
    assert lines[-1] == '... 2 more: 1 paused, 1 ready'


@SETTINGS
@given(
    st.lists(st.tuples(TEXT, TEXT, TEXT, st.sampled_from(State)), min_size=1, max_size=9),
    st.integers(0, 130),
    st.integers(0, 60),
    st.floats(0.0, 1e6),
    st.sampled_from(('utf-8', 'ascii', 'cp1252')),
)
def test_no_row_is_as_wide_as_the_screen(texts, columns, rows, now, encoding):
    given = [
        state(kind, target=WEB._replace(name=name), message=message, waits_for=waits)
        for name, message, waits, kind in texts
    ]
    given.append(cause(left=2e5, target=given[0].target))
    lines = shown(
        *given, now=now, columns=columns, rows=rows, encode=lambda text: encodable(text, encoding)
    )
    assert len(lines) + bool(lines) <= rows / 3
    for line in lines:
        assert cell_width.width(line) < columns
        assert line.encode(encoding)
        assert line.isprintable()
