"""Events that the engine emits for renderers and library users.

Every event starts with `at`, in seconds since tracking began. An Event object of Kubernetes is
called a kube event.
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
    """The revision of a target when first seen, or a newer revision; `desired` counts its pods."""

    at: float
    target: Target
    revision: Revision
    desired: int


class StateChanged(NamedTuple):
    """The judgement of a target changed.

    - `reason`: one word in CamelCase; may be empty.
    - `message`: a sentence without a subject.
    - `progress`: None for kinds without pods.
    - `waits_for`: completes the text "waiting for …".
    """

    at: float
    target: Target
    state: State
    reason: str
    message: str
    progress: Progress | None
    waits_for: str


class ChildChanged(NamedTuple):
    """A pod or another object of the target changed; `text` describes its state."""

    at: float
    target: Target
    kind: str
    name: str
    text: str


class KubeEvent(NamedTuple):
    """A kube event about the target or one of its objects.

    - `kind`, `name`: the object that it is about.
    - `type`: Normal or Warning.
    - `times`: how often it has occurred.
    """

    at: float
    target: Target
    kind: str
    name: str
    type: str
    reason: str
    message: str
    times: int


class LogChunk(NamedTuple):
    """Log lines of one container of a pod; `instance` is its number of restarts."""

    at: float
    target: Target
    pod: str
    container: str
    lines: tuple[LogLine, ...]
    instance: int = 0


class CauseSeen(NamedTuple):
    """A cause was seen for the first time, or has changed.

    Without `seconds_left` and `fails_at` it is informational.

    - `updated_pods`: number of pods of the new revision.
    - `seconds_left`: seconds until it fails the target.
    - `fails_at`: number of the termination that fails the target.
    """

    at: float
    target: Target
    cause: Cause
    updated_pods: int
    seconds_left: float | None
    fails_at: int | None


class CauseGone(NamedTuple):
    """A reported cause is gone."""

    at: float
    target: Target
    cause: Cause


class Notice(NamedTuple):
    """A sentence for the user that decides nothing; `target` is None if it is about the run."""

    at: float
    target: Target | None
    text: str


class StatusReport(NamedTuple):
    """A periodic report with the present judgement of every target."""

    at: float
    rows: tuple[StateChanged, ...]


class TargetEnded(NamedTuple):
    """The verdict on one target and its explanation."""

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
