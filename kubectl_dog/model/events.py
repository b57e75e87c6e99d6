"""What the engine tells renderers and library users. (A Kubernetes Event is a «kube event».)

Every event starts with `at`, in seconds since tracking began.
"""

from __future__ import annotations

from typing import NamedTuple
from typing import Union

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict


class RunBegan(NamedTuple):
    """The first event; `mode` is rollout, follow or once."""

    at: float
    mode: str
    targets: tuple[Target, ...]


class RevisionSeen(NamedTuple):
    """A target's revision at first sight, or a newer one applied while tracking."""

    at: float
    target: Target
    revision: Revision
    desired: int


class StateChanged(NamedTuple):
    """The judgement of a target changed; `waits_for` completes «waiting for …»."""

    at: float
    target: Target
    state: State
    reason: str
    message: str
    progress: Progress | None
    waits_for: str


class ChildChanged(NamedTuple):
    """A pod or another object behind the target changed."""

    at: float
    target: Target
    kind: str
    name: str
    text: str


class KubeEvent(NamedTuple):
    """A Kubernetes Event about the target or something behind it; `type` is Normal or Warning."""

    at: float
    target: Target
    kind: str
    name: str
    type: str
    reason: str
    message: str
    times: int


class LogChunk(NamedTuple):
    """Lines of one run of a container of a target's pod; `instance` counts its restarts."""

    at: float
    target: Target
    pod: str
    container: str
    lines: tuple[LogLine, ...]
    instance: int = 0


class CauseSeen(NamedTuple):
    """A cause was seen, or counted again. It fails the target in `seconds_left`, or at the
    end numbered `fails_at`, whichever is set; neither: it only explains.
    """

    at: float
    target: Target
    cause: Cause
    updated_pods: int
    seconds_left: float | None
    fails_at: int | None


class CauseGone(NamedTuple):
    """A cause that had been printed stands no more."""

    at: float
    target: Target
    cause: Cause


class Notice(NamedTuple):
    """Something worth knowing that decides nothing."""

    at: float
    target: Target | None
    text: str


class StatusReport(NamedTuple):
    """A periodic sign of life with the present judgement of every target."""

    at: float
    rows: tuple[StateChanged, ...]


class TargetEnded(NamedTuple):
    """The verdict on one target, explained."""

    at: float
    target: Target
    verdict: Verdict
    reason: str
    message: str
    progress: Progress | None
    explanation: Explanation


class RunEnded(NamedTuple):
    """The last event: the exit code and the verdict of each target."""

    at: float
    exit_code: int
    verdicts: tuple[tuple[Target, Verdict], ...]


Event = Union[
    RunBegan,
    RevisionSeen,
    StateChanged,
    ChildChanged,
    KubeEvent,
    LogChunk,
    CauseSeen,
    CauseGone,
    Notice,
    StatusReport,
    TargetEnded,
    RunEnded,
]
