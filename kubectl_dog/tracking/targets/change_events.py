"""Report changes of a target, its pods and its causes as events, each once."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.events import CauseGone
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import ChildChanged
from kubectl_dog.model.events import ContainerState
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RevisionSeen
from kubectl_dog.model.events import RunLimit
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import Target
from kubectl_dog.tracking.targets.pod_summary import PodSummary
from kubectl_dog.tracking.targets.pod_summary import container_states
from kubectl_dog.tracking.targets.pod_summary import describe_pod
from kubectl_dog.tracking.timeouts import EXPLANATION_WAIT
from kubectl_dog.tracking.verdict.cause_clocks import CauseClock
from kubectl_dog.tracking.verdict.cause_clocks import CauseClocks
from kubectl_dog.tracking.verdict.cause_clocks import Remaining
from kubectl_dog.tracking.verdict.cause_clocks import remaining

# Pods that are gone are remembered up to this number, because a watch may list them again.
_FEW_PODS = 10
# Notices of a target that are remembered; those with names of pods have new texts without end.
_MAX_NOTICES = 1000


class ChangeEvents:
    """The differences of one target from what was reported about it before."""

    def __init__(self, target: Target, follow: bool = False) -> None:
        self._target = target
        self._follow = follow
        self._revision: Revision | None = None
        self._state: StateChanged | None = None
        self._pods: dict[str, tuple[Object, PodSummary | None, tuple[ContainerState, ...]]] = {}
        self._notices: dict[str, None] = {}
        self._causes: dict[tuple[str, str], CauseSeen] = {}
        self._informational: dict[tuple[str, str], tuple[float, tuple[str, ...]]] = {}

    def events(
        self,
        at: float,
        assessed: Assessment,
        pods: Iterable[Object],
        clocks: CauseClocks,
        run_limit: RunLimit | None = None,
    ) -> Iterator[Event]:
        """Return events for changes since the last call; `pods` are those to report."""
        self._update_informational(at, clocks)
        yield from self._revision_events(at, assessed)
        yield from self._pod_events(at, assessed, pods)
        yield from self._cause_events(at, assessed, clocks, run_limit)
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

    def _pod_events(
        self, at: float, assessed: Assessment, pods: Iterable[Object]
    ) -> Iterator[Event]:
        living = len(assessed.pods) + len(assessed.other_pods)
        if len(self._pods) > 2 * living + _FEW_PODS:
            uids = {uid(pod) for pod in (*assessed.pods, *assessed.other_pods)}
            self._pods = {key: known for key, known in self._pods.items() if key in uids}
        for pod in pods:
            known, *before = self._pods.get(uid(pod), ({}, None, ()))
            if pod is known:
                continue
            summary, states = describe_pod(pod), container_states(pod)
            self._pods[uid(pod)] = (pod, summary, states)
            if before != [summary, states]:
                yield _pod_event(at, self._target, pod, summary, states)

    def _cause_events(
        self, at: float, assessed: Assessment, clocks: CauseClocks, run_limit: RunLimit | None
    ) -> Iterator[Event]:
        pods = len(assessed.pods)
        for key, clock in clocks.items():
            left = remaining(clock, at)
            if not self._is_news(at, clock, left):
                continue
            seconds = None if left.at is None else max(0.0, left.at - at)
            event = CauseSeen(
                at, self._target, clock.cause, pods, seconds, left.terminations, run_limit
            )
            if self._follow:
                event = event._replace(seconds_left=None, fails_at=None)
            self._causes[key] = event
            yield event

    def _is_news(self, at: float, clock: CauseClock, left: Remaining) -> bool:
        """Return whether to report a cause: it is new, or its remaining time has changed."""
        cause = clock.cause
        if cause.informational or clock.gone_since is not None:
            return False
        if left.due and not self._follow:
            # The verdict reports it.
            return False
        since, _ = self._informational.get(cause.key, (-EXPLANATION_WAIT, ()))
        known = self._causes.get(cause.key)
        return at >= since + EXPLANATION_WAIT and (known is None or _is_changed(known.cause, cause))

    def _update_informational(self, at: float, clocks: CauseClocks) -> None:
        """Record since when each informational cause has affected the same pods.

        It is reported only if it lasts: in a rollout, one pod after the other may show it for a
        moment. A cause that the user tolerates is reported like any other.
        """
        for key in self._informational.keys() - clocks.keys():
            del self._informational[key]
        for key, clock in clocks.items():
            cause = clock.cause
            if tolerance_of(cause).is_informational and cause.tolerance_override is None:
                since, pods = self._informational.get(key, (at, cause.pods))
                is_same = not frozenset(pods).isdisjoint(cause.pods)
                self._informational[key] = (since if is_same else at, cause.pods)
            else:
                self._informational.pop(key, None)

    def _gone_events(self, at: float, is_ready: bool, clocks: CauseClocks) -> Iterator[Event]:
        # A ready target has recovered, even from a cause that has just gone.
        over = {key for key, clock in clocks.items() if is_ready and clock.gone_since is not None}
        for key in [key for key in self._causes if key not in clocks or key in over]:
            yield CauseGone(at, self._target, self._causes.pop(key).cause)

    def _notice_events(self, at: float, assessed: Assessment) -> Iterator[Event]:
        for notice in assessed.notices:
            if notice not in self._notices:
                self._notices[notice] = None
                if len(self._notices) > _MAX_NOTICES:
                    del self._notices[next(iter(self._notices))]
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


def _pod_event(
    at: float,
    target: Target,
    pod: Object,
    summary: PodSummary,
    states: tuple[ContainerState, ...],
) -> ChildChanged:
    event = ChildChanged(at, target, 'Pod', name(pod), summary.text, states)
    return event._replace(**summary._asdict())


def _is_changed(before: Cause, cause: Cause) -> bool:
    """Return whether the remaining time of a cause has changed, apart from elapsed time."""
    return (
        cause.terminations > before.terminations
        or cause.clock_paused != before.clock_paused
        or tolerance_of(cause) != tolerance_of(before)
    )
