"""Root causes as values."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.wants import Lookup


class Tolerance(NamedTuple):
    """How long (`seconds`) or how often (`ends`) a cause may stand before it fails the target.

    `span` is the least time, in seconds, from the first end to the failure. A cause that has
    neither limit only explains and never fails anything.
    """

    seconds: float | None = None
    terminations: int | None = None
    min_seconds: float = 0.0

    @property
    def is_informational(self) -> bool:
        """Whether a cause with this tolerance can never fail a target."""
        return self.seconds is None and self.terminations is None


class LogRef(NamedTuple):
    """The log of one instance of a container; `instance` is its number, from 0."""

    uid: str
    container: str
    instance: int


class Cause(NamedTuple):
    """One root cause as one look at the cluster shows it.

    `code` is ours and stable, `reason` is the cluster's own word for it, `subject` is the container
    or the missing object: together with `code` it identifies the cause over time. `pods` are the
    names of the pods that show it. `ends` is the number of ends of the worst pod's container since
    the baseline and `ends_before` the number before it. `standing` is false while the object shows
    no effect at this moment (a crashed container that runs again). `healing` says that the thing
    that was missing is there now. `held` says that something is at work on it: its clock stands
    still. `explains` says that it decides nothing here: a Job has retries of its own. `patience`
    replaces the seconds of its tolerance, and `allowed`, which the user told, all of it. `partial`
    says that only some of the updated pods show it, while the rollout can get past them, and
    `accompanied` that what it waits for may be another target that is on its way. `logs` are the
    containers whose last words explain it, `lookups` are looks that would tell more.
    """

    code: str
    reason: str
    subject: str
    message: str
    pods: tuple[str, ...] = ()
    terminations: int = 0
    terminations_before: int = 0
    active: bool = True
    recovering: bool = False
    clock_paused: bool = False
    affects_some_pods: bool = False
    may_await_other_target: bool = False
    tolerance_seconds: float | None = None
    tolerance_override: Tolerance | None = None
    informational: bool = False
    evidence: tuple[str, ...] = ()
    logs: tuple[LogRef, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    suggested_commands: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same cause at another moment."""
        return (self.code, self.subject)
