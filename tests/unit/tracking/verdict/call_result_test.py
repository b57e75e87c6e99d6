from __future__ import annotations

import pytest

from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.tracking.verdict.call_result import CallTarget
from kubectl_dog.tracking.verdict.call_result import call_ends_at
from kubectl_dog.tracking.verdict.call_result import call_exit_code
from kubectl_dog.tracking.verdict.call_result import others_may_recover

OPEN = CallTarget(Options(), None)
RECOVERABLE = CallTarget(Options(fail_mode='end'), None, may_recover=True)
SIDE = CallTarget(Options(blocking=False), None)


def ended(verdict, at=10.0, **options):
    return CallTarget(Options(**options), Verdict(verdict), at)


@pytest.mark.parametrize(
    ('targets', 'ends_at'),
    (
        pytest.param([OPEN, OPEN], None, id='all are open'),
        pytest.param([ended('ready'), OPEN], None, id='one is ready'),
        pytest.param([ended('failed'), OPEN], 15, id='one has failed'),
        pytest.param([ended('failed', 12), ended('failed', 11), OPEN], 16, id='the first counts'),
        pytest.param([ended('failed'), ended('ready')], None, id='nobody is open'),
        pytest.param([ended('timed-out'), OPEN], 15, id='one has timed out'),
        pytest.param([ended('no-access'), OPEN], 15, id='one may not be read'),
        pytest.param([ended('paused'), OPEN], None, id='a pause is no failure'),
        pytest.param([ended('failed', keep_going=True), OPEN], None, id='it keeps going'),
        pytest.param([ended('failed', fail_mode='ignore'), OPEN], None, id='it may fail'),
        pytest.param([ended('failed', fail_mode='end'), OPEN], 15, id='it was given up'),
        pytest.param([ended('ready', 7), ended('ready', 9), SIDE], 9, id='one blocks nothing'),
        pytest.param([ended('ready'), SIDE, OPEN], None, id='another does'),
        pytest.param([SIDE, SIDE], None, id='nothing blocks'),
    ),
)
def test_when_the_others_are_not_waited_for_any_longer(targets, ends_at):
    assert call_ends_at(targets) == ends_at


@pytest.mark.parametrize(
    ('targets', 'may'),
    (
        ([OPEN, RECOVERABLE], True),
        ([RECOVERABLE, RECOVERABLE], False),
        ([ended('ready'), RECOVERABLE], False),
    ),
)
def test_hope_ends_with_the_last_of_the_others(targets, may):
    assert others_may_recover(targets) is may


@pytest.mark.parametrize(
    ('targets', 'exit_code'),
    (
        ([ended('ready'), ended('failed')], 1),
        ([ended('ready'), ended('failed', fail_mode='ignore')], 0),
        ([ended('failed', fail_mode='ignore')], 0),
        ([ended('timed-out', fail_mode='ignore')], 0),
        ([ended('no-access', fail_mode='ignore')], 5),
        ([ended('interrupted', fail_mode='ignore')], 130),
        ([ended('paused'), ended('never-appeared')], 4),
        ([ended('failed'), ended('progressing')], 1),
    ),
)
def test_the_exit_code_of_the_call(targets, exit_code):
    assert call_exit_code(targets) == exit_code
