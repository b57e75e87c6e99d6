"""What Kustomizations and HelmReleases have in common: kstatus, and whether it is of this spec.

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
from kubectl_dog_flux.applied import Places

# In seconds: longer than one watch lags behind another.
_HEARD = 3.0

_SEEN = 'Flux to see the change'

# Flux waits for what it has applied for minutes, and tries again after that.
_PATIENCE = 1800.0


def assess(
    view: View, places: Places, watches: Sequence[Watch], stale: str, stalled: str = ''
) -> Assessment:
    """The judgement; `watches` are those of its sources. `stale` says what is waited for where
    Ready tells of what was applied before, and `stalled` what is known besides Stalled.
    """
    thing = view.object or {}
    judged = _shown(view, places, watches)
    if is_deleting(thing):
        return deleting(thing)
    if get_dict(thing, 'spec').get('suspend') is True:
        resume = f'flux resume {view.target.resource.kind.lower()} -n {view.target.namespace}'
        return judged._replace(
            state=State.PAUSED,
            reason='Suspended',
            message='is suspended by spec.suspend',
            suggested_commands=(f'{resume} {view.target.name}',),
        )
    told = condition(thing, 'Stalled')
    is_past = _is_behind(thing, told) or _is_asked_for(thing)
    if told.get('status') == 'True' and not is_past:
        message = ': '.join(filter(None, (get_str(told, 'message'), stalled)))
        # Nothing is tried again: no cause is given more time.
        found = tuple(one._replace(tolerance_seconds=0.0) for one in causes.find(view, watches))
        failed = judged._replace(causes=found, message=message)
        return failed._replace(state=State.FAILED, reason=get_str(told, 'reason') or 'Stalled')
    return _by_ready(view, judged, places, watches, stale)


def _by_ready(
    view: View, judged: Assessment, places: Places, watches: Sequence[Watch], stale: str
) -> Assessment:
    thing = view.object or {}
    ready = condition(thing, 'Ready')
    if _is_behind(thing, ready) or _is_asked_for(thing):
        return judged._replace(waits_for=_SEEN)
    if ready.get('status') == 'False' and stale:
        return judged._replace(waits_for=stale)
    if ready.get('status') == 'False':
        words = get_str(ready, 'message') or get_str(ready, 'reason')
        what = 'its dependencies' if get_str(ready, 'reason') == 'DependencyNotReady' else 'it'
        waits_for = f'{what} to become ready ({words})'
        return judged._replace(causes=causes.find(view, watches), waits_for=waits_for)
    if ready.get('status') != 'True':
        words = get_str(condition(thing, 'Reconciling'), 'message') or get_str(ready, 'message')
        waits_for = f'its reconciliation ({words})' if words else 'Flux to tell its status'
        return judged._replace(waits_for=waits_for)
    return _applied(view, judged, places, watches, stale)


def _applied(
    view: View, judged: Assessment, places: Places, watches: Sequence[Watch], stale: str
) -> Assessment:
    """Flux is done; but it need not have waited for what it has applied."""
    thing = view.object or {}
    # Only what ended well, or for good, counts as observed.
    seen = get_int(thing, 'status', 'observedGeneration')
    if seen < get_int(thing, 'metadata', 'generation') or stale:
        why = tuple(sources.causes(view, watches)) if stale else ()
        return judged._replace(causes=why, waits_for=stale or _SEEN)
    if not applied.is_known(view, places):
        return judged._replace(waits_for='a look at what it has applied')
    found = [workload(view, one).waits_for for one in applied.workloads(view, places)]
    missing = list(filter(None, found))
    if missing:
        more = f' and {len(missing) - 1} more' if len(missing) > 1 else ''
        return judged._replace(waits_for=f'{missing[0]}{more}')
    due = _heard_at(view, places)
    if due is not None:
        return judged._replace(waits_for='a look at what it has applied', recheck_at=due)
    return require_stability(view, judged._replace(state=State.READY))


def _heard_at(view: View, places: Places) -> float | None:
    """Until when a change of what it has applied may be heard of after its own; None: no longer.

    Each kind comes by a watch of its own. One look lists them after what it is about.
    """
    since = epoch(get_str(condition(view.object or {}, 'Ready'), 'lastTransitionTime'))
    if since is None or not places.kinds or view.stable_for == 0.0:
        return None
    return since + _HEARD if 0.0 <= view.now - since < _HEARD else None


def _shown(view: View, places: Places, watches: Sequence[Watch]) -> Assessment:
    things = applied.workloads(view, places)
    found = [workload(view, one) for one in things]
    counts = [one.progress for one in found]
    children = (child for one in found for child in one.children)
    return Assessment(
        State.PROGRESSING,
        progress=Progress(*map(sum, zip(*counts))) if counts else None,
        pods=tuple(pod for one in found for pod in one.pods),
        children=(*sources.found(view, watches), *children),
        notices=tuple(
            f'takes nothing new: its source {sources.label(one)} is suspended'
            for one in sources.found(view, watches)
            if sources.is_suspended(one)
        ),
        min_stall_timeout=max(_PATIENCE, *map(min_stall_timeout, things), 0.0),
        suggested_commands=(causes.describe(view),),
    )


def _is_behind(thing: Object, told: Object) -> bool:
    seen = get_int(told, 'observedGeneration', default=-1)
    return -1 < seen < get_int(thing, 'metadata', 'generation')


def _is_asked_for(thing: Object) -> bool:
    """Whether somebody asked for a reconciliation (`flux reconcile`) that was not done yet."""
    asked = get_str(thing, 'metadata', 'annotations', 'reconcile.fluxcd.io/requestedAt')
    return bool(asked) and asked != get_str(thing, 'status', 'lastHandledReconcileAt')
