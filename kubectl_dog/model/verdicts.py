"""Verdicts on targets, and their exit codes."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from kubectl_dog.model.causes import Cause


class Verdict(str, Enum):
    """How the tracking of a target ended.

    - `READY`, `FAILED`, `PAUSED`: the state that it ended with.
    - `ENDED`: the object that was followed will not change any more.
    - `PROGRESSING`: the state at a single look; not an end.
    - `TIMED_OUT`: no progress, or not ready, within the time limit.
    - `DELETED`, `NEVER_APPEARED`: the object does not exist any more, or not within the time limit.
    - `SUPERSEDED`: a newer revision was rolled out.
    - `NO_ACCESS`: the object may not be read.
    - `UNKNOWN`: the tracker failed.
    - `INTERRUPTED`, `TERMINATED`: a signal ended the run.
    """

    READY = 'ready'
    ENDED = 'ended'
    PROGRESSING = 'progressing'
    FAILED = 'failed'
    TIMED_OUT = 'timed-out'
    DELETED = 'deleted'
    NEVER_APPEARED = 'never-appeared'
    SUPERSEDED = 'superseded'
    NO_ACCESS = 'no-access'
    PAUSED = 'paused'
    UNKNOWN = 'unknown'
    INTERRUPTED = 'interrupted'
    TERMINATED = 'terminated'


EXIT_CODES = {
    Verdict.READY: 0,
    Verdict.ENDED: 0,
    Verdict.PROGRESSING: 0,
    Verdict.FAILED: 1,
    Verdict.TIMED_OUT: 3,
    Verdict.DELETED: 4,
    Verdict.NEVER_APPEARED: 4,
    Verdict.SUPERSEDED: 4,
    Verdict.NO_ACCESS: 5,
    Verdict.PAUSED: 6,
    Verdict.UNKNOWN: 70,
    Verdict.INTERRUPTED: 130,
    Verdict.TERMINATED: 143,
}

# For several targets: the most important code first.
_PRECEDENCE = (143, 130, 5, 1, 70, 4, 3, 6, 0)


def exit_code(verdicts: tuple[Verdict, ...]) -> int:
    """The exit code of a call that ended with these verdicts."""
    codes = {EXIT_CODES[verdict] for verdict in verdicts}
    return next(code for code in _PRECEDENCE if code in codes)


class Explanation(NamedTuple):
    """Why a target ended with its verdict.

    - `cause`: the best explanation; None if there is none.
    - `facts`: sentences.
    - `log_excerpt`: log lines that explain the cause.
    - `suggested_commands`: commands that show more, or that help.
    - `not_fetched`: sentences about what could not be read.
    """

    cause: Cause | None = None
    facts: tuple[str, ...] = ()
    log_excerpt: tuple[str, ...] = ()
    suggested_commands: tuple[str, ...] = ()
    not_fetched: tuple[str, ...] = ()
