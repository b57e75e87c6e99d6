"""How a target ended, and the exit code that says so."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from kubectl_dog.model.causes import Cause


class Verdict(str, Enum):
    """The ways tracking a target can end.

    ENDED is the end of what was followed; PROGRESSING is what a single look found. UNKNOWN is the
    end of what cannot be judged, as its tracker has failed.
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

# Several targets: what the user must know first (design §3); an interruption ends them all.
_PRECEDENCE = (143, 130, 5, 1, 70, 4, 3, 6, 0)


def exit_code(verdicts: tuple[Verdict, ...]) -> int:
    """The exit code of a call that ended with these verdicts."""
    codes = {EXIT_CODES[verdict] for verdict in verdicts}
    return next(code for code in _PRECEDENCE if code in codes)


class Explanation(NamedTuple):
    """Why: `facts` are sentences, `words` the last meaningful log lines, `remedies` commands.

    `unseen` says what could not be looked at, in words.
    """

    cause: Cause | None = None
    facts: tuple[str, ...] = ()
    log_excerpt: tuple[str, ...] = ()
    suggested_commands: tuple[str, ...] = ()
    not_fetched: tuple[str, ...] = ()
