"""Assessments: the state of a target at one moment, as a tracker sees it."""

from __future__ import annotations

from enum import Enum

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple


class State(str, Enum):
    """State of an object, in the terms of kstatus.

    FAILING is PROGRESSING with an active cause that fails a rollout if it stays. Trackers return
    PROGRESSING with causes; `status` and reports make FAILING of it.
    """

    READY = 'ready'
    PROGRESSING = 'progressing'
    FAILING = 'failing'
    FAILED = 'failed'
    PAUSED = 'paused'
    DELETING = 'deleting'
    ABSENT = 'absent'
    UNKNOWN = 'unknown'


# Reason of the assessment where a tracker has failed.
TRACKER_ERROR = 'TrackerError'


class Progress(NamedTuple):
    """Pod counts of a workload.

    - `desired`: pods that the spec asks for.
    - `updated`, `ready`, `available`: pods of the new revision.
    - `old`: pods of earlier revisions that still exist.
    """

    desired: int
    updated: int = 0
    ready: int = 0
    available: int = 0
    old: int = 0


class Revision(NamedTuple):
    """The revision that is rolled out.

    - `name`: as in `kubectl rollout history`, such as `4`, or the hash of a controller revision.
    - `previous`: name of the revision before; empty if there is none.
    - `changes`: one text per change of the pod template.
    """

    name: str
    previous: str = ''
    changes: tuple[str, ...] = ()


class RevisionTemplates(NamedTuple):
    """The pod template of a revision, and that of the last earlier revision that worked.

    - `revision`, `earlier`: their names, as in `Revision`.
    - `earlier_created`: server time, in epoch seconds, when the earlier one was created; 0 if that
      is unknown.
    """

    revision: str
    template: Object
    earlier: str
    earlier_template: Object
    earlier_created: float = 0.0


class Assessment(NamedTuple):
    """The state of a target at one moment, as assessed by its tracker.

    - `reason`: one word in CamelCase; may be empty.
    - `message`: a sentence without a subject (`is dark`), printed after the name of the target.
    - `pods`: pods of the new revision.
    - `other_pods`: pods of earlier revisions and terminating pods.
    - `children`: other objects whose Kubernetes events matter: ReplicaSets that cannot create pods.
    - `causes`: causes that only the tracker knows; causes of pods are added for all kinds.
    - `recheck_at`: server time, in epoch seconds, when the assessment changes without a new event.
    - `min_stall_timeout`: least stall timeout, in seconds, that the settings of the object require.
    - `is_terminal`: the state can never change again.
    - `waits_for`: completes the text "waiting for …".
    - `still_serving`: sentence about what still works, such as pods of the previous revision.
    - `suggested_commands`: kubectl commands that help with any cause.
    - `notices`: sentences without a subject that decide nothing; each is printed once.
    - `deadline_at`: server time, in epoch seconds, when its controller fails it without progress.
    - `decided_by`: the field or rule that the state comes from; empty for the code of a tracker.
    - `templates`: what the revision may have broken; None for the first revision.
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
    decided_by: str = ''
    deadline_at: float | None = None
    templates: RevisionTemplates | None = None


def unjudged(message: str) -> Assessment:
    """Return the assessment for a tracker that has failed; `message` has no subject."""
    return Assessment(State.UNKNOWN, TRACKER_ERROR, message)


def is_unjudged(assessed: Assessment) -> bool:
    """Return whether the tracker has failed: then no rule may make the state ready or failed."""
    return assessed.state is State.UNKNOWN and assessed.reason == TRACKER_ERROR
