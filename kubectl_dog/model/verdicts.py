"""Verdicts on targets, and their exit codes."""

from __future__ import annotations

from enum import Enum

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.named_tuple import NamedTuple


class Verdict(str, Enum):
    """The verdict of tracking a target.

    - `READY`, `FAILED`, `PAUSED`: the state that it ended with.
    - `ENDED`: the object that was followed will not change any more.
    - `PROGRESSING`: the state at a single look; not an end.
    - `TIMED_OUT`: no progress, or not ready, within the time limit.
    - `DELETED`: the object does not exist any more.
    - `NEVER_APPEARED`: the object, or its expected revision, did not exist within the time limit.
    - `SUPERSEDED`: a newer revision was rolled out.
    - `NO_ACCESS`: the object may not be read.
    - `UNKNOWN`: the tracker failed.
    - `WOULD_FAIL`, `PASSED`: of a check before apply, with problems or without.
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
    WOULD_FAIL = 'would-fail'
    PASSED = 'passed'
    INTERRUPTED = 'interrupted'
    TERMINATED = 'terminated'


EXIT_CODES = {
    Verdict.READY: 0,
    Verdict.ENDED: 0,
    Verdict.PROGRESSING: 0,
    Verdict.FAILED: 1,
    Verdict.WOULD_FAIL: 1,
    Verdict.PASSED: 0,
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

# The exit code instead of that of TERMINATED if the signal was SIGHUP: the terminal was closed.
HUNG_UP = 129

# The contract of exit codes. Broken: the cluster was read, and the rollout is not done. Unknown:
# the state of the rollout is unknown. Runs without any verdict exit with these, too.
BROKEN = (1, 3, 4, 6)
UNKNOWN = (2, 5, 70)

# For several targets: the most important code first.
_PRECEDENCE = (143, 130, 5, 1, 70, 4, 3, 6, 0)


def exit_code(verdicts: tuple[Verdict, ...]) -> int:
    """Return the exit code of a call that ended with these verdicts."""
    codes = {EXIT_CODES[verdict] for verdict in verdicts}
    return next(code for code in _PRECEDENCE if code in codes)


def exit_code_meaning(code: int) -> str:
    """Return what an exit code says about the rollout."""
    if code in BROKEN:
        return 'the rollout is broken'
    if code in UNKNOWN:
        return 'the state of the rollout is unknown'
    return 'the rollout is done' if code == 0 else 'stopped before the rollout was done'


# Reason of NEVER_APPEARED: the object exists, without the expected revision, image or fields.
NOT_UPDATED = 'NotUpdated'
# Kinds of changes.
ADDED, REMOVED, CHANGED = 'added', 'removed', 'changed'


class Change(NamedTuple):
    """A difference between two pod templates.

    - `field`: of the container, or of the pod if `container` is empty; `containers` for a container
      that was added or removed; `annotations` for an annotation of the template.
    - `name`: entry of the field: a variable, a volume, `limits.memory`; empty for the whole field.
    - `kind`: added, removed or changed.
    - `before`, `after`: the values; empty if there is none, or if it may be confidential.
    - `references`: the objects, such as `configmap/app`, and keys that the new value refers to.
    - `contents_of`: an object, such as `configmap/app`, if the names differ only in the hash of its
      contents; `before` and `after` are the names.
    """

    field: str
    container: str = ''
    name: str = ''
    kind: str = CHANGED
    before: str = ''
    after: str = ''
    references: tuple[str, ...] = ()
    contents_of: str = ''


class RevisionChanges(NamedTuple):
    """What a revision changed, and may have caused the failure.

    - `revision`, `earlier`: names of the revision, and of the last earlier one that worked.
    - `changes`: the differences between their pod templates that the cause can come from.
    """

    revision: str
    earlier: str
    changes: tuple[Change, ...]


class Explanation(NamedTuple):
    """The reason for the verdict of a target.

    - `cause`: the best explanation; None if there is none.
    - `facts`: sentences.
    - `log_excerpt`: log lines that explain the cause.
    - `suggested_commands`: commands that show more, or that help.
    - `not_fetched`: sentences about what could not be read.
    - `revision_changes`: changes of the revision that may be the origin; None if there are none.
    """

    cause: Cause | None = None
    facts: tuple[str, ...] = ()
    log_excerpt: tuple[str, ...] = ()
    suggested_commands: tuple[str, ...] = ()
    not_fetched: tuple[str, ...] = ()
    revision_changes: RevisionChanges | None = None
