"""One look without a clock: what an object and its children say of themselves, at this moment.

Nothing is known here of before and after, so no rule that counts seconds may decide. A tracker is
shown a time at which every grace period is over: what an object says is believed, and what it
never said is not waited for. Causes are shown a time at which nothing has lasted: they are listed,
but none of them fails its object, as only time or counts would tell. Pods that are ready count as
ready at once (no `--stable-for`).
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

# Epoch seconds at which everything is long ago, and before which nothing has happened.
_END_OF_TIME = 1e11
_BEGINNING = 0.0


def assess_once(view: View, tracker: Tracker) -> Status:
    """What one look tells of `view.object`; kinds that are not in `known` tell nothing by their
    absence. A tracker that raises leaves a state of unknown with its error.
    """
    thing = view.object or {}
    try:
        judged, causes = _judge(view, tracker)
    except Exception as error:
        # A plugin's mistake, or data of a shape that no server would send: the others still count.
        told = f'its tracker cannot read it: {type(error).__name__}: {error}'
        judged, causes = unjudged(told), ()
    return Status(
        get_str(thing, 'apiVersion'),
        get_str(thing, 'kind'),
        get_str(thing, 'metadata', 'namespace'),
        name(thing),
        judged.state,
        judged.reason or _reason(judged.state, causes),
        _message(judged),
        causes,
        view.target.resource.short,
    )


def _judge(view: View, tracker: Tracker) -> tuple[Assessment, tuple[Cause, ...]]:
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
    judged = tracker.assess(view)
    found = causes_of_target(view._replace(now=_BEGINNING), judged)
    told = {cause.key for cause in judged.causes}
    others = (cause for cause in found if cause.key not in told)
    causes = tuple(sorted((*judged.causes, *others), key=rank))
    return _settled(view, judged, causes)


def _settled(
    view: View, judged: Assessment, causes: tuple[Cause, ...]
) -> tuple[Assessment, tuple[Cause, ...]]:
    """With what counts for every kind: deletion first, and a child that says otherwise last."""
    if is_deleting(view.object or {}) and judged.state is not State.DELETING:
        return judged._replace(state=State.DELETING, message='is being deleted'), causes
    if judged.state is State.PROGRESSING:
        fatal = next((one for one in causes if one.active and tolerance_of(one).seconds == 0), None)
        if fatal is not None:
            judged = judged._replace(state=State.FAILED, reason=fatal.code, message=fatal.message)
    if judged.state is not State.READY:
        return judged, causes
    if not any(_contradicts(cause, judged) for cause in causes):
        return judged, ()
    # What it says of itself is out of date.
    told = causes[0].message
    return judged._replace(state=State.PROGRESSING, reason='', message=told), causes


def _contradicts(cause: Cause, judged: Assessment) -> bool:
    """Whether it shows a pod to be broken that the object counts as ready: it looked earlier."""
    living = {name(pod) for pod in judged.pods}
    explains = tolerance_of(cause).is_informational
    return cause.active and not explains and not living.isdisjoint(cause.pods)


def _reason(state: State, causes: tuple[Cause, ...]) -> str:
    return causes[0].code if causes and state is State.PROGRESSING else ''


def _message(judged: Assessment) -> str:
    waits_for = f'waiting for {judged.waits_for}' if judged.waits_for else ''
    if judged.state is State.FAILED:
        return '; '.join(filter(None, (judged.message, waits_for)))
    if judged.state is not State.READY:
        return judged.message or waits_for
    told = [judged.message, *judged.notices]
    if not any(told) and judged.progress:
        told = [f'{judged.progress.ready}/{judged.progress.desired} ready']
    return '; '.join(filter(None, told))
