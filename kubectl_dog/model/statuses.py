"""The status of an object at one moment, as `status` reports it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.verdicts import exit_code as code_of


class Status(NamedTuple):
    """The status of an object at one moment.

    - `api_version`, `kind`, `namespace`, `name`: of the object; empty where it has none.
    - `reason`: one word in CamelCase; may be empty.
    - `message`: a sentence without a subject; may be empty.
    - `causes`: why it is not ready, the best explanation first; empty if it is ready.
    - `short`: short name of the kind; empty if unknown.
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


# States that may become ready later count like a timeout.
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
    """The exit code of `--exit-code` for these states.

    0 ready, 1 failed, 3 progressing or unknown, 4 deleting, 6 paused; for several states, the
    precedence is that of `verdicts`. `others` are the verdicts on targets that have no state.
    """
    return code_of((Verdict.READY, *others, *(_VERDICTS[state] for state in states)))
