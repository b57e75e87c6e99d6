"""Assessment that Kustomization and HelmRelease share: kstatus conditions of the newest spec.

https://fluxcd.io/flux/components/kustomize/kustomizations/#kustomization-status
"""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import Progress
from kubectl_dog.tracker import State
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import deleting
from kubectl_dog.tracker import epoch
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_deleting
from kubectl_dog.tracker import min_stall_timeout
from kubectl_dog.tracker import require_stability
from kubectl_dog.tracker import workload
from kubectl_dog_flux import applied
from kubectl_dog_flux import causes
from kubectl_dog_flux import sources
from kubectl_dog_flux.applied import Locations

# In seconds: longer than one watch lags behind another.
_WATCH_LAG = 3.0

_CHANGE_UNSEEN = 'Flux to see the change'

# In seconds: Flux waits for its workloads for minutes, and then tries again.
_STALL_TIMEOUT = 1800.0


def assess(
    view: View,
    locations: Locations,
    watches: Sequence[Watch],
    stale: str,
    stalled: str = '',
) -> Assessment:
    """Assess an object of Flux; `watches` are those of its sources.

    `stale` is the text for "waiting for" if Ready describes an earlier revision; `stalled` is text
    that is added to the message of Stalled.
    """
    obj = view.object or {}
    assessment = _base_assessment(view, locations, watches)
    if is_deleting(obj):
        return deleting(obj)
    if get_dict(obj, 'spec').get('suspend') is True:
        resume = f'flux resume {view.target.resource.kind.lower()} -n {view.target.namespace}'
        return assessment._replace(
            state=State.PAUSED,
            reason='Suspended',
            message='is suspended by spec.suspend',
            suggested_commands=(f'{resume} {view.target.name}',),
        )
    stalled_cond = condition(obj, 'Stalled')
    is_outdated = _is_stale(obj, stalled_cond) or _has_pending_request(obj)
    if stalled_cond.get('status') == 'True' and not is_outdated:
        message = ': '.join(filter(None, (get_str(stalled_cond, 'message'), stalled)))
        # Flux does not try again, so no cause is tolerated.
        problems = tuple(
            cause._replace(tolerance_seconds=0.0) for cause in causes.find(view, watches)
        )
        failed = assessment._replace(causes=problems, message=message)
        return failed._replace(
            state=State.FAILED, reason=get_str(stalled_cond, 'reason') or 'Stalled'
        )
    return _by_ready(view, assessment, locations, watches, stale)


def _by_ready(
    view: View,
    assessment: Assessment,
    locations: Locations,
    watches: Sequence[Watch],
    stale: str,
) -> Assessment:
    obj = view.object or {}
    ready = condition(obj, 'Ready')
    if _is_stale(obj, ready) or _has_pending_request(obj):
        return assessment._replace(waits_for=_CHANGE_UNSEEN)
    if ready.get('status') == 'False' and stale:
        return assessment._replace(waits_for=stale)
    if ready.get('status') == 'False':
        words = get_str(ready, 'message') or get_str(ready, 'reason')
        what = 'its dependencies' if get_str(ready, 'reason') == 'DependencyNotReady' else 'it'
        waits_for = f'{what} to become ready ({words})'
        return assessment._replace(causes=causes.find(view, watches), waits_for=waits_for)
    if ready.get('status') != 'True':
        words = get_str(condition(obj, 'Reconciling'), 'message') or get_str(ready, 'message')
        waits_for = f'its reconciliation ({words})' if words else 'Flux to report a status'
        return assessment._replace(waits_for=waits_for)
    return _applied(view, assessment, locations, watches, stale)


def _applied(
    view: View,
    assessment: Assessment,
    locations: Locations,
    watches: Sequence[Watch],
    stale: str,
) -> Assessment:
    """Flux is ready; check the workloads too, as Flux may not wait for them."""
    obj = view.object or {}
    # Flux updates observedGeneration only after a success or a final failure.
    seen = get_int(obj, 'status', 'observedGeneration')
    if seen < get_int(obj, 'metadata', 'generation') or stale:
        why = tuple(sources.causes(view, watches)) if stale else ()
        return assessment._replace(causes=why, waits_for=stale or _CHANGE_UNSEEN)
    if not applied.is_known(view, locations):
        return assessment._replace(waits_for='a look at what it has applied')
    unmet = [workload(view, obj).waits_for for obj in applied.workloads(view, locations)]
    missing = list(filter(None, unmet))
    if missing:
        more = f' and {len(missing) - 1} more' if len(missing) > 1 else ''
        return assessment._replace(waits_for=f'{missing[0]}{more}')
    due = _lag_deadline(view, locations)
    if due is not None:
        return assessment._replace(waits_for='a look at what it has applied', recheck_at=due)
    return require_stability(view, assessment._replace(state=State.READY))


def _lag_deadline(view: View, locations: Locations) -> float | None:
    """Until when changes of the workloads may arrive later than the change of the object, or None.

    Each kind has its own watch. `status` lists the workloads after the object, so needs no wait.
    """
    since = epoch(get_str(condition(view.object or {}, 'Ready'), 'lastTransitionTime'))
    if since is None or not locations.kinds or view.stable_for == 0.0:
        return None
    return since + _WATCH_LAG if 0.0 <= view.now - since < _WATCH_LAG else None


def _base_assessment(view: View, locations: Locations, watches: Sequence[Watch]) -> Assessment:
    objects = applied.workloads(view, locations)
    summaries = [workload(view, obj) for obj in objects]
    counts = [summary.progress for summary in summaries]
    children = (child for summary in summaries for child in summary.children)
    return Assessment(
        State.PROGRESSING,
        progress=Progress(*map(sum, zip(*counts))) if counts else None,
        pods=tuple(pod for summary in summaries for pod in summary.pods),
        children=(*sources.existing(view, watches), *children),
        notices=tuple(
            f'takes nothing new: its source {sources.label(source)} is suspended'
            for source in sources.existing(view, watches)
            if sources.is_suspended(source)
        ),
        min_stall_timeout=max(_STALL_TIMEOUT, *map(min_stall_timeout, objects), 0.0),
        suggested_commands=(causes.describe(view),),
    )


def _is_stale(obj: Object, cond: Object) -> bool:
    seen = get_int(cond, 'observedGeneration', default=-1)
    return -1 < seen < get_int(obj, 'metadata', 'generation')


def _has_pending_request(obj: Object) -> bool:
    """Whether a requested reconciliation (`flux reconcile`) is still to be handled."""
    requested = get_str(obj, 'metadata', 'annotations', 'reconcile.fluxcd.io/requestedAt')
    return bool(requested) and requested != get_str(obj, 'status', 'lastHandledReconcileAt')
