"""Assess an object and its children once, without a clock.

Nothing is known about the past or the future, so no rule that counts seconds may decide. The
tracker gets a time at which every grace period is over: what the object reports is believed, and
nothing else is waited for. Causes get a time at which nothing has lasted: an active cause makes its
object failing, and not failed, because only time or counts could show that. Ready pods count as
ready at once (no `--stable-for`).
"""

from __future__ import annotations

from kubectl_dog.causes.aggregate import causes_of_target
from kubectl_dog.causes.aggregate import rank
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import unjudged
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import controller_uid
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.pods import containers
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.secret_texts import mask
from kubectl_dog.model.secret_texts import mask_text
from kubectl_dog.model.statuses import Owner
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.tracking.plugins.entry_points import locate_error
from kubectl_dog.tracking.verdict.readiness import Subject
from kubectl_dog.tracking.verdict.readiness import check_readiness
from kubectl_dog.tracking.verdict.target_options import has_annotations
from kubectl_dog.tracking.verdict.target_options import read_readiness

# Epoch seconds at which everything is long ago, and before which nothing happened.
_END_OF_TIME = 1e11
_BEGINNING = 0.0


_OPTIONS = Options(stable_for=0.0)


def assess_once(view: View, tracker: Tracker, options: Options = _OPTIONS) -> Status:
    """Return the status of `view.object`; if its tracker raises, unknown with the error.

    Only kinds in `view.listed_kinds` are known to be absent if the view has no object of them.
    Annotations of the object that say when it is ready count; others do not.
    """
    obj = view.object or {}
    try:
        assessed, causes = _assess(view, tracker, options)
    except Exception as error:
        # An error in a plugin, or data that no server would send: go on with the other objects.
        message = f'its tracker failed: {locate_error(error)}'
        assessed, causes = unjudged(message), ()
    ready, desired = _count_ready(obj, assessed)
    return Status(
        get_str(obj, 'apiVersion'),
        get_str(obj, 'kind'),
        get_str(obj, 'metadata', 'namespace'),
        name(obj),
        assessed.state,
        assessed.reason or _reason(assessed.state, causes),
        mask_text(_message(assessed)),
        mask(causes),
        view.target.resource.short,
        assessed.decided_by,
        ready,
        desired,
        _count_restarts(view, assessed),
        get_str(obj, 'metadata', 'creationTimestamp'),
        _owner(obj),
        uid(obj),
        controller_uid(obj),
    )


def _count_ready(obj: Object, assessed: Assessment) -> tuple[int | None, int | None]:
    """Return how many pods are ready and desired, as kubectl does.

    For a pod, containers are counted; for a Job, pods that have succeeded.
    """
    if _is_pod(obj):
        lasting = [entry for entry in containers(obj) if entry.role in ('app', 'sidecar')]
        return sum(entry.status.get('ready') is True for entry in lasting), len(lasting)
    progress = assessed.progress
    if progress is None:
        return None, None
    is_job = obj.get('kind') == 'Job' and get_str(obj, 'apiVersion').startswith('batch/')
    return progress.available if is_job else progress.ready, progress.desired


def _count_restarts(view: View, assessed: Assessment) -> int | None:
    """Return the restarts of all containers of the object; None if its pods are unknown."""
    obj = view.object or {}
    pods = [pod for pod in (*assessed.pods, *assessed.other_pods) if _is_pod(pod)]
    if _is_pod(obj):
        pods = [obj]
    if not pods and (assessed.progress is None or PODS.key not in view.listed_kinds):
        return None
    return sum(entry.restarts for pod in pods for entry in containers(pod))


def _is_pod(obj: Object) -> bool:
    return obj.get('kind') == 'Pod' and get_str(obj, 'apiVersion') in ('', 'v1')


def _owner(obj: Object) -> Owner | None:
    for reference in get_dicts(obj, 'metadata', 'ownerReferences'):
        if reference.get('controller'):
            fields = (get_str(reference, field) for field in ('apiVersion', 'kind', 'name'))
            return Owner(*fields)
    return None


def _assess(view: View, tracker: Tracker, options: Options) -> tuple[Assessment, tuple[Cause, ...]]:
    wanted = {want.resource.key for want in tracker.wants(view) if isinstance(want, Watch)}
    view = view._replace(
        now=_END_OF_TIME,
        forbidden_kinds=view.forbidden_kinds | ({PODS.key, *wanted} - view.listed_kinds),
        baseline_terminations={},
        baseline_backoff=frozenset(),
        run_history=RunHistory(),
        stable_for=0.0,
        is_snapshot=True,
        require_status=options.require_status,
    )
    assessed = _apply_annotations(view, tracker.assess(view), options)
    known = {cause.key for cause in assessed.causes}
    of_target = causes_of_target(view._replace(now=_BEGINNING), assessed)
    others = (cause for cause in of_target if cause.key not in known)
    causes = tuple(sorted((*assessed.causes, *others), key=rank))
    return _adjust(view, assessed, causes)


def _apply_annotations(view: View, assessed: Assessment, options: Options) -> Assessment:
    """Apply the annotations that say when the object is ready; nothing is waited for here."""
    if not has_annotations(view.object or {}):
        return assessed
    own = read_readiness(options, view.object or {})
    ready_when = Options(ready_when=own.options.ready_when)
    subject = Subject(view, assessed, ready_when, foreign=own.foreign)
    assessed = check_readiness(subject, 0.0).assessed
    return assessed._replace(notices=(*own.notices, *assessed.notices))


def _adjust(
    view: View, assessed: Assessment, causes: tuple[Cause, ...]
) -> tuple[Assessment, tuple[Cause, ...]]:
    """Apply the rules for all kinds: deletion, fatal causes, and pods that are not ready."""
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
    if assessed.state is State.PROGRESSING and any(map(is_failing, causes)):
        return assessed._replace(state=State.FAILING), causes
    if assessed.state is not State.READY:
        return assessed, causes
    if not any(_contradicts(cause, assessed) for cause in causes):
        return assessed, ()
    # The status of the object is out of date.
    message = causes[0].message
    return assessed._replace(state=State.FAILING, reason='', message=message), causes


def is_failing(cause: Cause) -> bool:
    """Return whether a cause will fail a rollout if it remains."""
    is_passing = cause.clock_paused or cause.recovering
    return cause.active and not is_passing and not tolerance_of(cause).is_informational


def _contradicts(cause: Cause, assessed: Assessment) -> bool:
    """Return whether a cause shows that a pod is broken although the object has it as ready."""
    living = {name(pod) for pod in assessed.pods}
    return is_failing(cause) and not living.isdisjoint(cause.pods)


def _reason(state: State, causes: tuple[Cause, ...]) -> str:
    return causes[0].code if causes and state in (State.PROGRESSING, State.FAILING) else ''


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
