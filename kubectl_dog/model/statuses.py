"""The status of an object at one moment, as `status` reports it."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.verdicts import exit_code as code_of


class Owner(NamedTuple):
    """The object that controls another one, as its owner reference names it."""

    api_version: str
    kind: str
    name: str


class Status(NamedTuple):
    """The status of an object at one moment, as `status` reports it.

    - `api_version`, `kind`, `namespace`, `name`: of the object; empty where it has none.
    - `reason`: one word in CamelCase; may be empty.
    - `message`: a sentence without a subject; may be empty.
    - `causes`: why it is not ready, the best explanation first; empty if it is ready.
    - `decided_by`: the field or rule that the state comes from; empty for the code of a tracker.
    - `short`: short name of the kind; empty if unknown.
    - `ready`, `desired`: pods, containers of a pod, or completions of a Job; None for other kinds.
    - `restarts`: restarts of its containers; None for kinds without pods, or if these are unknown.
    - `created`: metadata.creationTimestamp; empty if it is missing.
    - `owner`: its controller; None if it has none.
    - `uid`: metadata.uid, or a text that replaces it in files without uids.
    - `parent`: uid of the object that it is listed under: its owner, or the pod of a claim.
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
    decided_by: str = ''
    ready: int | None = None
    desired: int | None = None
    restarts: int | None = None
    created: str = ''
    owner: Owner | None = None
    uid: str = ''
    parent: str = ''


# States that may become ready later count like a timeout.
_VERDICTS = {
    State.READY: Verdict.READY,
    State.PROGRESSING: Verdict.TIMED_OUT,
    State.UNKNOWN: Verdict.TIMED_OUT,
    State.FAILING: Verdict.FAILED,
    State.FAILED: Verdict.FAILED,
    State.PAUSED: Verdict.PAUSED,
    State.DELETING: Verdict.DELETED,
    State.ABSENT: Verdict.NEVER_APPEARED,
}


def exit_code(states: Iterable[State], *others: Verdict) -> int:
    """Return the exit code of `--exit-code` for these states.

    0 ready, 1 failing or failed, 3 progressing or unknown, 4 deleting, 6 paused; for several
    states, the precedence is that of `verdicts`. `others` are the verdicts on targets that have no
    state.
    """
    return code_of((Verdict.READY, *others, *(_VERDICTS[state] for state in states)))
