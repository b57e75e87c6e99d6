"""Events that the engine emits for renderers and library users.

Every event starts with `at`, in seconds since tracking began. An Event object of Kubernetes is
called a Kubernetes event, and is not such an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from typing import Union

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.resources import Target
from kubectl_dog.model.text_format import may_hold_secret
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict


class RunBegan(NamedTuple):
    """The first event; `mode` is rollout, follow, once or check."""

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
    """The assessed state of a target changed.

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


class ContainerState(NamedTuple):
    """The state of a container of a pod.

    - `state`: waiting, running or terminated; empty until the kubelet reports it.
    - `reason`: why it waits or was terminated; empty while it is created.
    - `exit_code`: of its last termination; None if there was none.
    - `restarts`: number of the instance, from 0.
    """

    name: str
    state: str
    reason: str
    exit_code: int | None
    restarts: int
    ready: bool


class ChildChanged(NamedTuple):
    """A pod or another object of the target changed; `text` describes its state.

    - `containers`: those of a pod, init containers first.
    - `container`: name of the terminated container that the text is about; otherwise empty.
    - `exits`: number of its terminations.
    - `running_again`: the container has been restarted since.
    - `is_passing`: it is likely to change soon.
    - `problem`: the reason why its container waits; empty if nothing is wrong.
    - `node`: name of the node of the pod; empty if it has none.
    """

    at: float
    target: Target
    kind: str
    name: str
    text: str
    containers: tuple[ContainerState, ...] = ()
    container: str = ''
    exits: int = 0
    running_again: bool = False
    is_passing: bool = False
    problem: str = ''
    node: str = ''


class KubeEvent(NamedTuple):
    """A Kubernetes event about the target or one of its objects.

    - `kind`, `name`: the object that it is about.
    - `type`: Normal or Warning.
    - `times`: how often it has occurred.
    - `age`: seconds since it last occurred.
    """

    at: float
    target: Target
    kind: str
    name: str
    type: str
    reason: str
    message: str
    times: int
    age: float = 0.0


class LogChunk(NamedTuple):
    """Log lines of one container of a pod; `instance` is its number of restarts."""

    at: float
    target: Target
    pod: str
    container: str
    lines: tuple[LogLine, ...]
    instance: int = 0


class RunLimit(NamedTuple):
    """A time limit of a target: the rest of it in seconds, and the flag or field that sets it."""

    seconds_left: float
    source: str


class CauseSeen(NamedTuple):
    """A cause was seen for the first time, or has changed.

    Without `seconds_left` and `fails_at` it is informational.

    - `updated_pods`: number of pods of the new revision.
    - `seconds_left`: seconds until it fails the target.
    - `fails_at`: number of the termination that fails the target.
    - `run_limit`: the time limit that ends the target if nothing else does; None if there is none.
    """

    at: float
    target: Target
    cause: Cause
    updated_pods: int
    seconds_left: float | None
    fails_at: int | None
    run_limit: RunLimit | None = None


class CauseGone(NamedTuple):
    """A reported cause is gone."""

    at: float
    target: Target
    cause: Cause


class DeniedRead(NamedTuple):
    """Objects that the user may not read, so that the run does not see them.

    - `verbs`: what is not allowed. Without `list`, the objects are seen, and later than otherwise.
    - `resource`: plural of the kind, or `pods/log`.
    - `namespace`: empty for all namespaces, and for kinds without namespaces.
    - `message`: the answer of the API server.
    """

    verbs: tuple[str, ...]
    group: str
    resource: str
    namespace: str
    message: str


class Notice(NamedTuple):
    """A sentence for the user that affects no verdict; `target` is None if it is about the run.

    - `denied_reads`: the reads that the sentence is about, if they are denied.
    """

    at: float
    target: Target | None
    text: str
    denied_reads: tuple[DeniedRead, ...] = ()


class StatusReport(NamedTuple):
    """A periodic report with the current assessment of every target."""

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
    """The last event: the exit code and the verdict of each target.

    - `process_code`: exit code of the process, if a command decides it; None otherwise.
    - `denied_reads`: what the run did not see, because the user may not read it.
    """

    at: float
    exit_code: int
    verdicts: tuple[tuple[Target, Verdict], ...]
    process_code: int | None = None
    denied_reads: tuple[DeniedRead, ...] = ()


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


def mask_secrets(events: Sequence[Event]) -> Sequence[Event]:
    """Mask secrets in the texts of events, except in log lines, which are those of applications."""
    if not any(map(_may_hold_secret, events)):
        return events
    # Few runs need it, and it has many expressions.
    from kubectl_dog.model.secret_texts import mask

    masked: list[Event] = []
    for event in events:
        shown: Any = event if isinstance(event, LogChunk) else mask(event)
        if isinstance(event, TargetEnded):
            lines = event.explanation.log_excerpt
            shown = shown._replace(explanation=shown.explanation._replace(log_excerpt=lines))
        masked.append(shown)
    return tuple(masked)


def _may_hold_secret(value: object) -> bool:
    if isinstance(value, str):
        return may_hold_secret(value)
    if not isinstance(value, tuple) or isinstance(value, (LogChunk, Target)):
        return False
    return any(map(_may_hold_secret, value))
