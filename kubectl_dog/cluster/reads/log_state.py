"""The states of reading the log of a container: which run to read next, and how.

A run is numbered by the restarts of the container before it.
"""

from __future__ import annotations

import enum
from typing import Union

from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.wants import Logs

Action = Union[LogEnd, LogGap]


class Phase(enum.Enum):
    """The part of the log to read next."""

    WAIT = 'nothing yet: the run has not started'
    FOLLOW = 'the current run, while it is running'
    FOLLOW_AGAIN = 'the same run, reopened because its log ended but the status did not change'
    FOLLOW_ENDED = 'the current run, which has ended: read its log to the end'
    REREAD = 'a run that was followed to its end: read it once more for later lines'
    PREVIOUS = 'the run before the current one, with previous=true'
    REREAD_PREVIOUS = 'the same as REREAD, but the next run has started'
    DONE = 'nothing more: the pod no longer exists'


class Tail(enum.Enum):
    """Whether `tail` limits a read."""

    FIRST_READ = 'limited: the current run was not opened yet; earlier lost runs are no gap'
    NO_LINES = 'limited: tail is 0, and the run has written no line since its log was opened'
    READ = 'not limited'


class Event(enum.Enum):
    """An event of a log stream; the status is always the newest."""

    STATUS = 'the status may have changed'
    STATUS_UNCHANGED = 'the status has not changed for a while'
    OPENED = 'the server has opened the log'
    LINES = 'lines were delivered'
    ENDED = 'the stream has ended'
    NO_PREVIOUS = 'the log of the previous run no longer exists'
    POD_GONE = 'the pod no longer exists'


class State(NamedTuple):
    """The run to read; `has_lines` if any of its lines were delivered."""

    phase: Phase
    run: int
    tail: Tail = Tail.FIRST_READ
    has_lines: bool = False

    @property
    def reads_previous(self) -> bool:
        """Whether the run is read with `previous=true`."""
        return self.phase in (Phase.PREVIOUS, Phase.REREAD_PREVIOUS)

    @property
    def rereads(self) -> bool:
        """Whether the run was followed to its end before."""
        return self.phase in (Phase.REREAD, Phase.REREAD_PREVIOUS)

    @property
    def may_change_run(self) -> bool:
        """Whether an open stream may have lines of the next run, because the status is late."""
        return self.phase in (Phase.FOLLOW_AGAIN, Phase.FOLLOW_ENDED, Phase.REREAD)


Transition = tuple[State, tuple[Action, ...]]

# STATUS, if the run is the current one: the next phase if the container is running, or is not.
_CURRENT_RUN = {
    Phase.WAIT: (Phase.FOLLOW, Phase.FOLLOW_ENDED),
    Phase.FOLLOW: (Phase.FOLLOW, Phase.FOLLOW_ENDED),
    Phase.FOLLOW_AGAIN: (Phase.FOLLOW_AGAIN, Phase.FOLLOW_ENDED),
    Phase.FOLLOW_ENDED: (Phase.FOLLOW_AGAIN, Phase.FOLLOW_ENDED),
    Phase.REREAD: (Phase.FOLLOW_AGAIN, Phase.REREAD),
    # The number of restarts has become smaller: the kubelet can lose count.
    Phase.PREVIOUS: (Phase.FOLLOW_AGAIN, Phase.FOLLOW_ENDED),
    Phase.REREAD_PREVIOUS: (Phase.FOLLOW_AGAIN, Phase.FOLLOW_ENDED),
}


def next_state(state: State, event: Event, status: Logs, message: str = '') -> Transition:
    """Return the next state, and what to emit; `message` is that of NO_PREVIOUS.

    =========================  ================  ==============================================
    phase                      event             next phase
    =========================  ================  ==============================================
    any, current run           STATUS            by `_CURRENT_RUN`
    REREAD*, earlier run       STATUS            REREAD_PREVIOUS; LogEnd if it is too late
    others, earlier run        STATUS            PREVIOUS; LogGap if runs were lost
    any, later run             STATUS            WAIT
    WAIT                       STATUS_UNCHANGED  FOLLOW the run before if it is still running
    FOLLOW, FOLLOW_AGAIN       ENDED             FOLLOW_AGAIN if it is still running; REREAD if
                                                 it can be read once more; or else WAIT, LogEnd
    FOLLOW_ENDED, REREAD       ENDED             FOLLOW_AGAIN if it is running; or WAIT, LogEnd
    PREVIOUS, REREAD_PREVIOUS  ENDED             WAIT, LogEnd
    PREVIOUS                   NO_PREVIOUS       WAIT, LogGap, LogEnd
    REREAD_PREVIOUS            NO_PREVIOUS       WAIT, LogEnd
    any                        POD_GONE          DONE, LogEnd
    =========================  ================  ==============================================

    OPENED and LINES change `tail` and `has_lines`.
    """
    if event is Event.NO_PREVIOUS:
        is_gap = state.phase is Phase.PREVIOUS and state.tail is not Tail.FIRST_READ
        return _end_run(state, LogGap(message)) if is_gap else _end_run(state)
    return _RULES[event](state, status)


def _follow_status(state: State, status: Logs) -> Transition:
    if state.run > status.restarts:
        return state._replace(phase=Phase.WAIT), ()
    if state.run == status.restarts:
        if_running, otherwise = _CURRENT_RUN[state.phase]
        return state._replace(phase=if_running if status.running else otherwise), ()
    actions: tuple[Action, ...] = ()
    # While a container waits for its restart, its current and its previous log are the same.
    oldest = status.restarts - 1 if status.running else status.restarts
    if state.rereads and state.run < oldest:
        state, actions = _end_run(state)
    lost = oldest - state.run
    if lost:
        runs = 'an earlier run' if lost == 1 else f'{lost} earlier runs'
        gap = LogGap(f'{runs} of {status.container} ended before the log could be read')
        actions += (gap,) if state.tail is not Tail.FIRST_READ else ()
        state = state._replace(run=oldest, has_lines=False)
    if not status.running:
        return state._replace(phase=Phase.FOLLOW_ENDED), actions
    earlier = Phase.REREAD_PREVIOUS if state.rereads else Phase.PREVIOUS
    return state._replace(phase=earlier), actions


def _resume_following(state: State, status: Logs) -> Transition:
    if status.running:
        state = state._replace(phase=Phase.FOLLOW, run=status.restarts)
    return state, ()


def _note_opening(state: State, status: Logs) -> Transition:
    if state.tail is Tail.FIRST_READ and not state.reads_previous:
        state = state._replace(tail=Tail.NO_LINES if status.tail == 0 else Tail.READ)
    return state, ()


def _note_lines(state: State, _: Logs) -> Transition:
    return _leave_no_lines(state)._replace(has_lines=True), ()


def _follow_end(state: State, status: Logs) -> Transition:
    is_current = state.run == status.restarts
    if state.reads_previous:
        return _end_run(state)
    if is_current and status.running:
        return state._replace(phase=Phase.FOLLOW_AGAIN), ()
    # A server that shuts down ends its streams as if the log had ended. If that coincides with the
    # end of the run, the last lines can still be read.
    is_next = state.run + 1 == status.restarts and status.running
    if state.phase in (Phase.FOLLOW, Phase.FOLLOW_AGAIN) and (is_current or is_next):
        return state._replace(phase=Phase.REREAD), ()
    return _end_run(state)


def _end_run(state: State, *actions: Action) -> Transition:
    ended = _leave_no_lines(state)._replace(phase=Phase.WAIT, run=state.run + 1, has_lines=False)
    return ended, (*actions, LogEnd(state.run))


def _end_pod(state: State, status: Logs) -> Transition:
    actions: tuple[Action, ...] = ()
    if state.rereads:
        state, actions = _end_run(state)
    if state.run <= status.restarts:
        state, ends = _end_run(state._replace(run=status.restarts))
        actions += ends
    return state._replace(phase=Phase.DONE), actions


def _leave_no_lines(state: State) -> State:
    return state._replace(tail=Tail.READ) if state.tail is Tail.NO_LINES else state


_RULES = {
    Event.STATUS: _follow_status,
    Event.STATUS_UNCHANGED: _resume_following,
    Event.OPENED: _note_opening,
    Event.LINES: _note_lines,
    Event.ENDED: _follow_end,
    Event.POD_GONE: _end_pod,
}
