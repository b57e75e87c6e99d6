"""The table of transitions between the states of reading a log."""

from __future__ import annotations

import pytest

from kubectl_dog.cluster.reads.log_state import Event
from kubectl_dog.cluster.reads.log_state import Phase
from kubectl_dog.cluster.reads.log_state import State
from kubectl_dog.cluster.reads.log_state import Tail
from kubectl_dog.cluster.reads.log_state import next_state
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.wants import Logs

WAIT, DONE = Phase.WAIT, Phase.DONE
FOLLOW, AGAIN, ENDED = Phase.FOLLOW, Phase.FOLLOW_AGAIN, Phase.FOLLOW_ENDED
REREAD, PREVIOUS, REREAD_PREVIOUS = Phase.REREAD, Phase.PREVIOUS, Phase.REREAD_PREVIOUS
RUNNING, STOPPED = True, False


def status(restarts, running=RUNNING, tail=None):
    return Logs('ns', 'web-1', 'u1', 'main', restarts, running, tail=tail)


def lost(runs):
    return LogGap(f'{runs} of main ended before the log could be read')


def advance(phase, event, restarts, running, run=5, tail=Tail.READ):
    state, actions = next_state(State(phase, run, tail), event, status(restarts, running), 'gone')
    return state.phase, state.run, actions


@pytest.mark.parametrize(
    ('phase', 'running', 'expected'),
    (
        (WAIT, RUNNING, FOLLOW),
        (WAIT, STOPPED, ENDED),
        (FOLLOW, RUNNING, FOLLOW),
        (FOLLOW, STOPPED, ENDED),
        (AGAIN, RUNNING, AGAIN),
        (AGAIN, STOPPED, ENDED),
        (ENDED, RUNNING, AGAIN),
        (ENDED, STOPPED, ENDED),
        (REREAD, RUNNING, AGAIN),
        (REREAD, STOPPED, REREAD),
        *((phase, RUNNING, AGAIN) for phase in (PREVIOUS, REREAD_PREVIOUS)),
        *((phase, STOPPED, ENDED) for phase in (PREVIOUS, REREAD_PREVIOUS)),
    ),
)
def test_status_of_the_current_run(phase, running, expected):
    assert advance(phase, Event.STATUS, 5, running) == (expected, 5, ())


@pytest.mark.parametrize('phase', (WAIT, FOLLOW, PREVIOUS))
@pytest.mark.parametrize('running', (RUNNING, STOPPED))
def test_a_run_that_has_not_started_is_waited_for(phase, running):
    assert advance(phase, Event.STATUS, 4, running) == (WAIT, 5, ())


@pytest.mark.parametrize(
    ('phase', 'restarts', 'running', 'expected'),
    (
        *((phase, 6, RUNNING, (PREVIOUS, 5, ())) for phase in (WAIT, FOLLOW, AGAIN, ENDED)),
        (PREVIOUS, 6, RUNNING, (PREVIOUS, 5, ())),
        (PREVIOUS, 6, STOPPED, (ENDED, 6, (lost('an earlier run'),))),
        (FOLLOW, 6, STOPPED, (ENDED, 6, (lost('an earlier run'),))),
        (FOLLOW, 8, STOPPED, (ENDED, 8, (lost('3 earlier runs'),))),
        (FOLLOW, 8, RUNNING, (PREVIOUS, 7, (lost('2 earlier runs'),))),
        (REREAD, 6, RUNNING, (REREAD_PREVIOUS, 5, ())),
        (REREAD_PREVIOUS, 6, RUNNING, (REREAD_PREVIOUS, 5, ())),
        # Too late to read it again; it was read to its end.
        (REREAD, 6, STOPPED, (ENDED, 6, (LogEnd(5),))),
        (REREAD_PREVIOUS, 7, RUNNING, (PREVIOUS, 6, (LogEnd(5),))),
        (REREAD, 7, STOPPED, (ENDED, 7, (LogEnd(5), lost('an earlier run')))),
    ),
)
def test_status_of_a_later_run(phase, restarts, running, expected):
    assert advance(phase, Event.STATUS, restarts, running) == expected


def test_runs_lost_before_the_first_read_are_no_gap():
    result = advance(WAIT, Event.STATUS, 8, RUNNING, tail=Tail.FIRST_READ)
    assert result == (PREVIOUS, 7, ())


@pytest.mark.parametrize(
    ('running', 'expected'), ((RUNNING, (FOLLOW, 4, ())), (STOPPED, (WAIT, 5, ())))
)
def test_a_run_that_seemed_to_end_and_is_running_is_followed(running, expected):
    assert advance(WAIT, Event.STATUS_UNCHANGED, 4, running) == expected


@pytest.mark.parametrize(
    ('phases', 'restarts', 'running', 'expected'),
    (
        ((FOLLOW, AGAIN, ENDED, REREAD), 5, RUNNING, (AGAIN, 5, ())),
        ((FOLLOW, AGAIN), 5, STOPPED, (REREAD, 5, ())),
        ((FOLLOW, AGAIN), 6, RUNNING, (REREAD, 5, ())),
        ((FOLLOW, AGAIN), 6, STOPPED, (WAIT, 6, (LogEnd(5),))),
        ((FOLLOW, AGAIN), 7, RUNNING, (WAIT, 6, (LogEnd(5),))),
        ((ENDED, REREAD), 5, STOPPED, (WAIT, 6, (LogEnd(5),))),
        ((ENDED, REREAD), 6, RUNNING, (WAIT, 6, (LogEnd(5),))),
        ((PREVIOUS, REREAD_PREVIOUS), 6, RUNNING, (WAIT, 6, (LogEnd(5),))),
    ),
)
def test_end_of_a_stream(phases, restarts, running, expected):
    for phase in phases:
        assert advance(phase, Event.ENDED, restarts, running) == expected


@pytest.mark.parametrize(
    ('phase', 'tail', 'actions'),
    (
        (PREVIOUS, Tail.READ, (LogGap('gone'), LogEnd(5))),
        (PREVIOUS, Tail.NO_LINES, (LogGap('gone'), LogEnd(5))),
        (PREVIOUS, Tail.FIRST_READ, (LogEnd(5),)),
        (REREAD_PREVIOUS, Tail.READ, (LogEnd(5),)),
    ),
)
def test_a_previous_run_without_a_log(phase, tail, actions):
    assert advance(phase, Event.NO_PREVIOUS, 6, RUNNING, tail=tail) == (WAIT, 6, actions)


@pytest.mark.parametrize(
    ('phase', 'restarts', 'ends'),
    (
        *((phase, 5, [5]) for phase in (FOLLOW, AGAIN, ENDED, REREAD)),
        (WAIT, 4, []),
        (PREVIOUS, 6, [6]),
        (REREAD, 6, [5, 6]),
        (REREAD_PREVIOUS, 6, [5, 6]),
    ),
)
def test_the_pod_is_gone(phase, restarts, ends):
    reached, _, actions = advance(phase, Event.POD_GONE, restarts, RUNNING)
    assert (reached, actions) == (DONE, tuple(map(LogEnd, ends)))


@pytest.mark.parametrize(
    ('state', 'event', 'tail', 'expected'),
    (
        (State(FOLLOW, 5), Event.OPENED, 9, (Tail.READ, False)),
        (State(FOLLOW, 5), Event.OPENED, 0, (Tail.NO_LINES, False)),
        (State(PREVIOUS, 5), Event.OPENED, 0, (Tail.FIRST_READ, False)),
        (State(FOLLOW, 5, Tail.READ), Event.OPENED, 0, (Tail.READ, False)),
        (State(FOLLOW, 5, Tail.NO_LINES), Event.OPENED, 0, (Tail.NO_LINES, False)),
        (State(FOLLOW, 5, Tail.NO_LINES), Event.LINES, 0, (Tail.READ, True)),
        (State(PREVIOUS, 5), Event.LINES, 9, (Tail.FIRST_READ, True)),
        (State(ENDED, 5, Tail.NO_LINES), Event.ENDED, 0, (Tail.READ, False)),
        (State(ENDED, 5, Tail.READ, True), Event.ENDED, 0, (Tail.READ, False)),
        (State(PREVIOUS, 5, Tail.FIRST_READ, True), Event.ENDED, 9, (Tail.FIRST_READ, False)),
    ),
)
def test_tail_limits_reads_until_the_current_run_was_read(state, event, tail, expected):
    reached, _ = next_state(state, event, status(5, STOPPED, tail))
    assert (reached.tail, reached.has_lines) == expected


@pytest.mark.parametrize('running', (RUNNING, STOPPED))
def test_lines_of_lost_runs_do_not_count(running):
    state = State(FOLLOW, 5, Tail.READ, has_lines=True)
    assert not next_state(state, Event.STATUS, status(8, running))[0].has_lines
    assert next_state(state, Event.STATUS, status(5, running))[0].has_lines


def test_only_a_followed_log_can_become_that_of_the_next_run():
    phases = [phase for phase in Phase if State(phase, 5).may_change_run]
    assert phases == [AGAIN, ENDED, REREAD]
