"""Report changes of a target, its pods and its causes as events, each once."""

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
    """Compares one target with what was reported about it before."""

    def __init__(self, target: Target, follow: bool = False) -> None:
        self._target = target
        self._follow = follow
        self._revision: Revision | None = None
        self._state: StateChanged | None = None
        self._pods: dict[str, tuple[Object, str]] = {}
        self._notices: set[str] = set()
        self._causes: dict[tuple[str, str], CauseSeen] = {}
        self._informational: dict[tuple[str, str], tuple[float, tuple[str, ...]]] = {}

    def events(
        self,
        at: float,
        assessed: Assessment,
        pods: Iterable[Object],
        clocks: CauseClocks,
    ) -> Iterator[Event]:
        """Events for what changed since the last call; `pods` are those to report."""
        yield from self._revision_events(at, assessed)
        yield from self._pod_events(at, pods)
        yield from self._cause_events(at, assessed, clocks)
        yield from self._gone_events(at, assessed.state is State.READY, clocks)
        yield from self._notice_events(at, assessed)
        yield from self._state_events(at, assessed)

    @property
    def state(self) -> StateChanged | None:
        """The state that was reported last."""
        return self._state

    def _revision_events(self, at: float, assessed: Assessment) -> Iterator[Event]:
        revision = assessed.revision
        known = self._revision.name if self._revision else ''
        if revision is not None and revision.name != known:
            self._revision = revision
            desired = assessed.progress.desired if assessed.progress else 0
            yield RevisionSeen(at, self._target, revision, desired)

    def _pod_events(self, at: float, pods: Iterable[Object]) -> Iterator[Event]:
        for pod in pods:
            known, before = self._pods.get(uid(pod), ({}, ''))
            if pod is known:
                continue
            summary = describe_pod(pod)
            self._pods[uid(pod)] = (pod, summary)
            if summary != before:
                yield ChildChanged(at, self._target, 'Pod', name(pod), summary)

    def _cause_events(
        self, at: float, assessed: Assessment, clocks: CauseClocks
    ) -> Iterator[Event]:
        for key, clock in clocks.items():
            cause, left = clock.cause, remaining(clock, at)
            # The time has to be noted whether or not the cause is reported.
            is_recent = self._is_recent(at, cause)
            # The verdict reports a cause that is due now.
            in_verdict = left.due and not self._follow
            is_hidden = cause.informational or clock.gone_since is not None or in_verdict
            known = self._causes.get(key)
            if is_recent or is_hidden or (known and not _is_changed(known.cause, cause)):
                continue
            seconds = None if left.at is None else max(0.0, left.at - at)
            event = CauseSeen(
                at, self._target, cause, len(assessed.pods), seconds, left.terminations
            )
            if self._follow:
                event = event._replace(seconds_left=None, fails_at=None)
            self._causes[key] = event
            yield event

    def _is_recent(self, at: float, cause: Cause) -> bool:
        """Whether a cause is informational, and these pods have not shown it for long.

        In a rollout one pod after the other may show it for a moment.
        """
        # A cause that the user tolerates is reported like any other.
        if not tolerance_of(cause).is_informational or cause.tolerance_override is not None:
            return False
        since, pods = self._informational.get(cause.key, (at, cause.pods))
        since = since if not frozenset(pods).isdisjoint(cause.pods) else at
        self._informational[cause.key] = (since, cause.pods)
        return at < since + EXPLANATION_WAIT

    def _gone_events(self, at: float, is_ready: bool, clocks: CauseClocks) -> Iterator[Event]:
        # A ready target has recovered from a cause even if that has been gone for a moment only.
        over = {key for key, clock in clocks.items() if is_ready and clock.gone_since is not None}
        for key in [key for key in self._causes if key not in clocks or key in over]:
            yield CauseGone(at, self._target, self._causes.pop(key).cause)

    def _notice_events(self, at: float, assessed: Assessment) -> Iterator[Event]:
        for notice in assessed.notices:
            if notice not in self._notices:
                self._notices.add(notice)
                yield Notice(at, self._target, f'{self._target.label} {notice}')

    def _state_events(self, at: float, assessed: Assessment) -> Iterator[Event]:
        if assessed.state is State.UNKNOWN and not (assessed.reason or assessed.message):
            # There is nothing to report yet.
            return
        event = StateChanged(
            at,
            self._target,
            assessed.state,
            assessed.reason,
            assessed.message,
            assessed.progress,
            assessed.waits_for,
        )
        if self._state is None or event[2:6] != self._state[2:6]:
            self._state = event
            yield event
        else:
            self._state = event._replace(at=self._state.at)


def _is_changed(before: Cause, cause: Cause) -> bool:
    """Whether there were more terminations, or the time that is left has another reason."""
    return cause.terminations > before.terminations or _terms(cause) != _terms(before)


def _terms(cause: Cause) -> tuple[object, ...]:
    """The properties that change the time that a cause has left, apart from time itself."""
    return (
        cause.recovering,
        cause.clock_paused,
        cause.affects_some_pods,
        cause.may_await_other_target,
        cause.tolerance_seconds,
        cause.tolerance_override,
    )
