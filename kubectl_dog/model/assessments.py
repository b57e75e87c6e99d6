"""A tracker's judgement of one moment."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object


class State(str, Enum):
    """The condition of a resource, by the names of kstatus."""

    READY = 'ready'
    PROGRESSING = 'progressing'
    FAILED = 'failed'
    PAUSED = 'paused'
    DELETING = 'deleting'
    ABSENT = 'absent'
    UNKNOWN = 'unknown'


# The reason of what cannot be judged, as the code that should do it has failed.
TRACKER_ERROR = 'TrackerError'


class Progress(NamedTuple):
    """Counts of pods; `old` are those of earlier revisions that still run."""

    desired: int
    updated: int = 0
    ready: int = 0
    available: int = 0
    old: int = 0


class Revision(NamedTuple):
    """What is being rolled out: its name, the one before, and what changed, in words."""

    name: str
    previous: str = ''
    changes: tuple[str, ...] = ()


class Assessment(NamedTuple):
    """`pods` are the updated pods, `other_pods` those of earlier revisions and those that are
    going, which only `follow` shows; `children` are other objects behind the target whose kube
    events matter (the ReplicaSet that cannot create pods). `recheck_at` is the server time, in
    epoch seconds, at which the judgement changes though nothing else does; `patience` is the
    least stall time-out, in seconds, that the resource's own settings ask for. `has_ended` says
    that nothing will ever happen to it again. `waits_for` completes «waiting for …», `serving`
    says what still works, `remedies` help whatever the cause. `message` and `notices` are
    sentences without a subject (`is dark`, not `the lamp is dark`): the name of the target stands
    before them. Notices decide nothing; each is told once.
    """

    state: State
    reason: str = ''
    message: str = ''
    progress: Progress | None = None
    revision: Revision | None = None
    pods: tuple[Object, ...] = ()
    other_pods: tuple[Object, ...] = ()
    children: tuple[Object, ...] = ()
    causes: tuple[Cause, ...] = ()
    recheck_at: float | None = None
    min_stall_timeout: float = 0.0
    is_terminal: bool = False
    waits_for: str = ''
    still_serving: str = ''
    suggested_commands: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def unjudged(message: str) -> Assessment:
    """The assessment where a tracker has failed; `message` is a sentence without a subject."""
    return Assessment(State.UNKNOWN, TRACKER_ERROR, message)


def is_unjudged(assessed: Assessment) -> bool:
    """Whether the tracker has failed: no rule may make anything ready, or failed, of that."""
    return assessed.state is State.UNKNOWN and assessed.reason == TRACKER_ERROR
