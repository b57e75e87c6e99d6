"""What is worth a line: changes of the target, its pods and its causes, each told once."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.causes.catalogue import tolerance_of
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.events import CauseGone
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import ChildChanged
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RevisionSeen
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import Target
from kubectl_dog.tracking.targets.pod_summary import describe_pod
from kubectl_dog.tracking.timeouts import EXPLANATION_WAIT
from kubectl_dog.tracking.verdict.cause_clocks import CauseClocks
from kubectl_dog.tracking.verdict.cause_clocks import remaining


class ChangeEvents:
    """Remembers what was told about one target."""

    def __init__(self, target: Target, follow: bool = False) -> None:
        self._target = target
        self._follow = follow
        self._revision: Revision | None = None
        self._state: StateChanged | None = None
        self._pods: dict[str, tuple[Object, str]] = {}
        self._notices: set[str] = set()
        self._causes: dict[tuple[str, str], CauseSeen] = {}
        self._explaining: dict[tuple[str, str], tuple[float, tuple[str, ...]]] = {}

    def events(
        self,
        at: float,
        assessed: Assessment,
        pods: Iterable[Object],
        ledger: CauseClocks,
    ) -> Iterator[Event]:
        """Events for what changed since the last call; `pods` are those to tell about."""
        yield from self._tell_revision(at, assessed)
        yield from self._tell_pods(at, pods)
        yield from self._tell_causes(at, assessed, ledger)
        yield from self._tell_notices(at, assessed)
        yield from self._tell_state(at, assessed)

    @property
    def state(self) -> StateChanged | None:
        """The judgement that was told last."""
        return self._state

    def _tell_revision(self, at: float, assessed: Assessment) -> Iterator[Event]:
        revision = assessed.revision
        known = self._revision.name if self._revision else ''
        if revision is not None and revision.name != known:
            self._revision = revision
            desired = assessed.progress.desired if assessed.progress else 0
            yield RevisionSeen(at, self._target, revision, desired)

    def _tell_notices(self, at: float, assessed: Assessment) -> Iterator[Event]:
        for notice in assessed.notices:
            if notice not in self._notices:
                self._notices.add(notice)
                yield Notice(at, self._target, f'{self._target.label} {notice}')

    def _tell_state(self, at: float, assessed: Assessment) -> Iterator[Event]:
        if assessed.state is State.UNKNOWN and not (assessed.reason or assessed.message):
            # There is nothing to tell yet.
            return
        told = StateChanged(
            at,
            self._target,
            assessed.state,
            assessed.reason,
            assessed.message,
            assessed.progress,
            assessed.waits_for,
        )
        if self._state is None or told[2:6] != self._state[2:6]:
            self._state = told
            yield told
        else:
            self._state = told._replace(at=self._state.at)

    def _tell_pods(self, at: float, pods: Iterable[Object]) -> Iterator[Event]:
        for pod in pods:
            known, before = self._pods.get(uid(pod), ({}, ''))
            if pod is known:
                continue
            told = describe_pod(pod)
            self._pods[uid(pod)] = (pod, told)
            if told != before:
                yield ChildChanged(at, self._target, 'Pod', name(pod), told)

    def _tell_causes(self, at: float, assessed: Assessment, ledger: CauseClocks) -> Iterator[Event]:
        for key, standing in ledger.items():
            cause = standing.cause
            known = self._causes.get(key)
            left = remaining(standing, at)
            # What is due now is told by the verdict.
            told_by_verdict = left.due and not self._follow
            # What the user tolerates is told all the same.
            explains = tolerance_of(cause).is_informational and cause.tolerance_override is None
            is_early = explains and self._is_news(at, cause)
            if (
                is_early
                or cause.informational
                or standing.gone_since is not None
                or told_by_verdict
            ):
                continue
            is_old = known is not None and cause.terminations <= known.cause.terminations
            if not is_old or (known and _terms(cause) != _terms(known.cause)):
                seconds = None if left.at is None else max(0.0, left.at - at)
                told = CauseSeen(
                    at, self._target, cause, len(assessed.pods), seconds, left.terminations
                )
                if self._follow:
                    told = told._replace(seconds_left=None, fails_at=None)
                self._causes[key] = told
                yield told
        yield from self._tell_gone(at, assessed.state is State.READY, ledger)

    def _is_news(self, at: float, cause: Cause) -> bool:
        """Whether these pods have not shown it for long: in a rollout one pod follows another."""
        since, pods = self._explaining.get(cause.key, (at, cause.pods))
        since = since if not frozenset(pods).isdisjoint(cause.pods) else at
        self._explaining[cause.key] = (since, cause.pods)
        return at < since + EXPLANATION_WAIT

    def _tell_gone(self, at: float, ready: bool, ledger: CauseClocks) -> Iterator[Event]:
        # What is ready has got over what stands no more, also where that is not long ago.
        over = {key for key, one in ledger.items() if ready and one.gone_since is not None}
        for key in [key for key in self._causes if key not in ledger or key in over]:
            yield CauseGone(at, self._target, self._causes.pop(key).cause)


def _terms(cause: Cause) -> tuple[object, ...]:
    """What changes the time a cause has left, apart from time itself."""
    return (
        cause.recovering,
        cause.clock_paused,
        cause.affects_some_pods,
        cause.may_await_other_target,
        cause.tolerance_seconds,
        cause.tolerance_override,
    )
