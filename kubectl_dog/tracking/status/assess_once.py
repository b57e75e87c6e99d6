"""Assess an object and its children once, without a clock.

Nothing is known about the past or the future, so no rule that counts seconds may decide. The
tracker gets a time at which every grace period is over: what the object reports is believed, and
nothing else is waited for. Causes get a time at which nothing has lasted: they are listed, but none
of them fails its object, because only time or counts could show that. Ready pods count as ready at
once (no `--stable-for`).
"""

from __future__ import annotations

from kubectl_dog.causes.aggregate import causes_of_target
from kubectl_dog.causes.aggregate import rank
from kubectl_dog.causes.catalogue import tolerance_of
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import unjudged
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.protocol import Tracker

# Epoch seconds at which everything is long ago, and before which nothing happened.
_END_OF_TIME = 1e11
_BEGINNING = 0.0


def assess_once(view: View, tracker: Tracker) -> Status:
    """The status of `view.object`; if its tracker raises, the state is unknown with the error.

    Only kinds in `view.listed_kinds` are known to be absent if the view has no object of them.
    """
    obj = view.object or {}
    try:
        assessed, causes = _assess(view, tracker)
    except Exception as error:
        # A defect of a plugin, or data that no server would send: the other objects still count.
        message = f'its tracker cannot read it: {type(error).__name__}: {error}'
        assessed, causes = unjudged(message), ()
    return Status(
        get_str(obj, 'apiVersion'),
        get_str(obj, 'kind'),
        get_str(obj, 'metadata', 'namespace'),
        name(obj),
        assessed.state,
        assessed.reason or _reason(assessed.state, causes),
        _message(assessed),
        causes,
        view.target.resource.short,
    )


def _assess(view: View, tracker: Tracker) -> tuple[Assessment, tuple[Cause, ...]]:
    wanted = {want.resource.key for want in tracker.wants(view) if isinstance(want, Watch)}
    view = view._replace(
        now=_END_OF_TIME,
        forbidden_kinds=view.forbidden_kinds | ({PODS.key, *wanted} - view.listed_kinds),
        baseline_terminations={},
        baseline_backoff=frozenset(),
        run_history=RunHistory(),
        stable_for=0.0,
        is_snapshot=True,
    )
    assessed = tracker.assess(view)
    known = {cause.key for cause in assessed.causes}
    of_target = causes_of_target(view._replace(now=_BEGINNING), assessed)
    others = (cause for cause in of_target if cause.key not in known)
    causes = tuple(sorted((*assessed.causes, *others), key=rank))
    return _adjust(view, assessed, causes)


def _adjust(
    view: View, assessed: Assessment, causes: tuple[Cause, ...]
) -> tuple[Assessment, tuple[Cause, ...]]:
    """Apply what holds for every kind: deletion, fatal causes, and pods that are not ready."""
    if is_deleting(view.object or {}) and assessed.state is not State.DELETING:
        return assessed._replace(state=State.DELETING, message='is being deleted'), causes
    if assessed.state is State.PROGRESSING:
        fatal = next(
            (cause for cause in causes if cause.active and tolerance_of(cause).seconds == 0), None
        )
        if fatal is not None:
            assessed = assessed._replace(
                state=State.FAILED, reason=fatal.code, message=fatal.message
            )
    if assessed.state is not State.READY:
        return assessed, causes
    if not any(_contradicts(cause, assessed) for cause in causes):
        return assessed, ()
    # The status of the object is out of date.
    message = causes[0].message
    return assessed._replace(state=State.PROGRESSING, reason='', message=message), causes


def _contradicts(cause: Cause, assessed: Assessment) -> bool:
    """Whether a cause shows that a pod is broken that the object still counts as ready."""
    living = {name(pod) for pod in assessed.pods}
    is_informational = tolerance_of(cause).is_informational
    return cause.active and not is_informational and not living.isdisjoint(cause.pods)


def _reason(state: State, causes: tuple[Cause, ...]) -> str:
    return causes[0].code if causes and state is State.PROGRESSING else ''


def _message(assessed: Assessment) -> str:
    waits_for = f'waiting for {assessed.waits_for}' if assessed.waits_for else ''
    if assessed.state is State.FAILED:
        return '; '.join(filter(None, (assessed.message, waits_for)))
    if assessed.state is not State.READY:
        return assessed.message or waits_for
    parts = [assessed.message, *assessed.notices]
    if not any(parts) and assessed.progress:
        parts = [f'{assessed.progress.ready}/{assessed.progress.desired} ready']
    return '; '.join(filter(None, parts))
