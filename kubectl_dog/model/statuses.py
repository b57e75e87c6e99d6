"""One look at one object, in the words of `status`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.verdicts import exit_code as code_of


class Status(NamedTuple):
    """`api_version`, `kind`, `namespace` and `name` are as the object has them; empty where it
    has none. `reason` is one word, `message` a sentence without a subject; both may be empty.
    `causes` are what stands in the way, the best explanation first; none of what is ready. `short`
    is the short name of the kind, as far as that is known; else empty.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    state: State
    reason: str = ''
    message: str = ''
    causes: tuple[Cause, ...] = ()
    short: str = ''


# What is not ready for a reason that time may mend counts like a time-out.
_VERDICTS = {
    State.READY: Verdict.READY,
    State.PROGRESSING: Verdict.TIMED_OUT,
    State.UNKNOWN: Verdict.TIMED_OUT,
    State.FAILED: Verdict.FAILED,
    State.PAUSED: Verdict.PAUSED,
    State.DELETING: Verdict.DELETED,
    State.ABSENT: Verdict.NEVER_APPEARED,
}


def exit_code(states: Iterable[State], *others: Verdict) -> int:
    """What `--exit-code` makes of these states: 0 ready, 1 failed, 3 progressing or unknown,
    4 deleting, 6 paused; of several, in the order of `verdicts`. `others` are the verdicts on
    targets that have no state.
    """
    return code_of((Verdict.READY, *others, *(_VERDICTS[state] for state in states)))
