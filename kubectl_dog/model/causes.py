"""Root causes and tolerances as values."""

from __future__ import annotations

from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.wants import Lookup


class Tolerance(NamedTuple):
    """How long, or how often, a cause may be active before it fails the target.

    Without both limits a cause is informational, and never fails a target.

    - `seconds`: time that the cause may be active.
    - `terminations`: number of the termination that fails the target; 1 is the first.
    - `min_seconds`: least time from the first termination to the failure.
    """

    seconds: float | None = None
    terminations: int | None = None
    min_seconds: float = 0.0

    @property
    def is_informational(self) -> bool:
        """Whether a cause with this tolerance can never fail a target."""
        return self.seconds is None and self.terminations is None


class LogRef(NamedTuple):
    """The log of one instance of a container.

    - `uid`: uid of the pod.
    - `instance`: number of restarts before the instance; 0 for the first one.
    """

    uid: str
    container: str
    instance: int


class Dependency(NamedTuple):
    """A Service that a container waits for, and the root of its problem.

    - `services`: labels of the Services on the way to the root, the nearest first: `svc/db:5432`.
    - `namespace`: namespace of the root.
    - `root`: label of the workload that has the problem, or of the Service: `sts/db`.
    - `code`: code of the cause of that workload; empty if none is known.
    - `problem`: a sentence about the root.
    - `state`: the state of the last Service, such as `0 of 1 endpoints ready`; may be empty.
    """

    services: tuple[str, ...]
    namespace: str
    root: str
    code: str
    problem: str
    state: str = ''


class Cause(NamedTuple):
    """A root cause, as the cluster reports it at one moment.

    - `code`: stable name from the catalogue or a plugin, such as `CrashLoop`.
    - `reason`: the reason that Kubernetes reports, such as `CrashLoopBackOff`.
    - `subject`: container or missing object; identifies the cause together with `code`.
    - `pods`: names of the affected pods.
    - `terminations`: terminations since the baseline: of the worst pod's container, or of pods.
    - `terminations_before`: terminations of that container before the baseline.
    - `active`: false while there is no effect, as when a crashed container runs again.
    - `recovering`: the missing object exists now; the tolerance is longer.
    - `clock_paused`: the cluster is resolving it; the time does not count.
    - `affects_some_pods`: other pods of the revision work, and the rollout can continue.
    - `may_await_other_target`: it may wait for another target that is not ready yet.
    - `tolerance_seconds`: replaces the seconds of the tolerance of the code.
    - `tolerance_terminations`: replaces the number of terminations of the tolerance of the code.
    - `tolerance_override`: the user's tolerance; replaces all of it.
    - `informational`: never fails the target, as for pods of a Job, which has its own retries.
    - `evidence`: sentences that support the cause.
    - `logs`: logs whose last lines explain the cause.
    - `lookups`: objects to read for more evidence.
    - `optional_lookups`: the same, but no verdict waits for them, and they may be forbidden.
    - `suggested_commands`: commands that show more, or that help.
    - `dependency`: the Service that the container waits for, if it explains the cause.
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
    tolerance_terminations: int | None = None
    tolerance_override: Tolerance | None = None
    informational: bool = False
    evidence: tuple[str, ...] = ()
    logs: tuple[LogRef, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    optional_lookups: tuple[Lookup, ...] = ()
    suggested_commands: tuple[str, ...] = ()
    dependency: Dependency | None = None

    @property
    def key(self) -> tuple[str, str]:
        """(code, subject): identifies the same cause at another moment."""
        return (self.code, self.subject)
