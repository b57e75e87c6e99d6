from __future__ import annotations

import pytest

from kubectl_dog.model.causes import Cause
from kubectl_dog.tracking.verdict.cause_clocks import CauseClock
from kubectl_dog.tracking.verdict.cause_clocks import advance_clocks
from kubectl_dog.tracking.verdict.cause_clocks import remaining

MISSING = Cause('ConfigMapMissing', '', 'app', '')
QUOTA = Cause('QuotaExceeded', '', 'tiny', '')
CRASH = Cause('CrashLoop', '', 'main', '', terminations=1)


@pytest.mark.parametrize(
    ('cause', 'first', 'at', 'due', 'due_at'),
    (
        (MISSING, 5, 24, False, 25),
        (MISSING, 5, 25, True, 25),
        (MISSING._replace(recovering=True), 5, 25, False, 45),
        (MISSING._replace(recovering=True), 5, 45, True, 45),
        (MISSING._replace(subject='volume/app'), 5, 39, False, 40),
        (CRASH, 0, 100, False, None),
        (CRASH._replace(terminations=2), 0, 100, False, None),
        (CRASH._replace(terminations=3), 0, 9, False, 10),
        (CRASH._replace(terminations=3), 0, 10, True, 10),
        (CRASH._replace(terminations=3, active=False), 0, 10, False, 10),
        (CRASH._replace(terminations=0, terminations_before=5), 0, 100, False, None),
        (CRASH._replace(terminations=0, tolerance_seconds=30.0), 0, 29, False, 30),
        (CRASH._replace(terminations=0, tolerance_seconds=30.0), 0, 30, True, 30),
        (QUOTA, 0, 30, True, 30),
        (QUOTA._replace(clock_paused=True), 0, 30, False, None),
        (QUOTA._replace(tolerance_seconds=60.0), 0, 30, False, 60),
        (CRASH._replace(terminations=3, affects_some_pods=True), 0, 10, False, None),
        (CRASH._replace(terminations=5, affects_some_pods=True), 0, 10, True, 10),
        (Cause('InitNotFinished', '', 'wait', ''), 0, 1e6, False, None),
    ),
)
def test_a_cause_fails_its_target_when_its_tolerance_ends(cause, first, at, due, due_at):
    assert remaining(CauseClock(first, None, cause), at)[:2] == (due, due_at)


def test_a_cause_that_is_gone_fails_nothing():
    assert not remaining(CauseClock(0, 21, MISSING), 22).due


@pytest.mark.parametrize(
    ('gap', 'first'),
    (
        pytest.param(15, 0, id='a short gap does not stop the clock'),
        pytest.param(16, 26, id='after a long one it starts anew'),
    ),
)
def test_the_clock_survives_short_gaps(gap, first):
    clocks = advance_clocks({}, [MISSING], 0)
    clocks = advance_clocks(clocks, [], 10)
    assert clocks[MISSING.key].gone_since == 10
    clocks = advance_clocks(clocks, [], 12)
    clocks = advance_clocks(clocks, [MISSING], 10 + gap)
    assert clocks[MISSING.key][:2] == (first, None)


def test_what_is_long_gone_is_forgotten():
    clocks = advance_clocks(advance_clocks({}, [MISSING], 0), [], 10)
    assert advance_clocks(clocks, [], 26) == {}


def test_old_ends_of_a_container_that_runs_again_are_no_cause():
    assert advance_clocks({}, [CRASH._replace(terminations=0, active=False)], 0) == {}


def test_the_clock_stands_still_while_something_is_at_work():
    clocks = advance_clocks({}, [QUOTA], 0)
    clocks = advance_clocks(clocks, [QUOTA._replace(clock_paused=True)], 10)
    clocks = advance_clocks(clocks, [QUOTA._replace(clock_paused=True)], 25)
    assert clocks[QUOTA.key].first_seen == 15
    clocks = advance_clocks(clocks, [QUOTA], 40)
    assert clocks[QUOTA.key].first_seen == 30
    assert remaining(clocks[QUOTA.key], 40).at == 60


def test_the_clock_stands_still_in_a_short_gap_too():
    clocks = advance_clocks({}, [QUOTA._replace(clock_paused=True)], 0)
    clocks = advance_clocks(clocks, [], 10)
    clocks = advance_clocks(clocks, [QUOTA], 15)
    assert clocks[QUOTA.key].first_seen == 15


@pytest.mark.parametrize(('cause', 'first'), ((QUOTA, 12), (MISSING, 0)))
def test_progress_starts_the_clock_of_what_lacks_room_anew(cause, first):
    clocks = advance_clocks({}, [cause], 0)
    assert advance_clocks(clocks, [cause], 20, progressed_at=12)[cause.key].first_seen == first
    assert advance_clocks({}, [cause], 20, progressed_at=12)[cause.key].first_seen == 20
