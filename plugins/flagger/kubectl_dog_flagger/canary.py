"""Canary: by its phase, believed only where it is about what the target runs now.

Phases and status fields: https://docs.flagger.app/usage/how-it-works#canary-status
"""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.tracker import Assessment
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import State
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import Workload
from kubectl_dog.tracker import condition
from kubectl_dog.tracker import created_at
from kubectl_dog.tracker import deleting
from kubectl_dog.tracker import epoch
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_int
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import is_deleting
from kubectl_dog.tracker import min_stall_timeout
from kubectl_dog.tracker import require_stability
from kubectl_dog_flagger import analysis
from kubectl_dog_flagger import causes
from kubectl_dog_flagger import workloads

codes = causes.CODES

_DONE = ('Initialized', 'Succeeded')
_GATES = {'Waiting': 'confirm-rollout', 'WaitingPromotion': 'confirm-promotion'}

# Phases in which the pods that matter are those of the primary.
_PRIMARY = ('', 'Initializing', 'Initialized', 'Promoting', 'Finalising', 'Succeeded')

_DOING = {
    '': 'Flagger to initialize it',
    'Initializing': 'Flagger to initialize it',
    'Promoting': 'the primary to be updated',
    'Finalising': 'traffic to go to the primary, and the canary to be scaled down',
}


def wants(view: View) -> Sequence[Watch]:
    """Its target and its primary, with their pods."""
    return tuple(dict.fromkeys(workloads.watches(view)))


def assess(view: View) -> Assessment:
    """By its phase; causes are what Flagger says, and what is wrong with the pods."""
    canary = view.object or {}
    phase = get_str(canary, 'status', 'phase')
    if is_deleting(canary) or phase in ('Terminating', 'Terminated'):
        return deleting(canary)
    target, primary = workloads.canary(view), workloads.primary(view)
    unseen = _unseen(view, phase, target, primary)
    # What Flagger has not seen yet is in the target.
    working = primary if phase in _PRIMARY and not (unseen and target) else target
    judged = _shown(view, working, (target, primary))
    if get_dict(canary, 'spec').get('suspend') is True:
        return judged._replace(
            state=State.PAUSED,
            reason='Suspended',
            message='is suspended by spec.suspend',
            suggested_commands=(causes.describe(view),),
        )
    found = causes.find(view, phase)
    if unseen is not None:
        return _waiting(judged, *unseen)._replace(
            causes=tuple(one for one in found if one.code == causes.MISSING)
        )
    return _by_phase(view, phase, judged._replace(causes=found))


def _by_phase(view: View, phase: str, judged: Assessment) -> Assessment:
    canary = view.object or {}
    told = get_str(condition(canary, 'Promoted'), 'message')
    if phase == 'Failed':
        message = told or 'Canary analysis failed'
        failed = judged._replace(state=State.FAILED, reason='CanaryFailed', message=message)
        return failed._replace(still_serving=_serving(view))
    if phase in _GATES:
        return _gate(view, phase, judged)
    if phase in _DONE:
        if any(cause.code == causes.MISSING for cause in judged.causes):
            return _waiting(judged, f'{workloads.named(view)} to be there')
        missing = _primary_lacks(view)
        return _waiting(judged, missing) if missing else require_stability(view, _ready(judged))
    if phase == 'Progressing':
        words = analysis.words(canary)
        return _waiting(judged, f'the analysis ({words})' if words else 'the analysis')
    # A phase of a later version is waited for in its own words.
    return _waiting(judged, _DOING.get(phase, f'the phase {phase} to pass'))


def _ready(judged: Assessment) -> Assessment:
    return judged._replace(state=State.READY)


def _primary_lacks(view: View) -> str:
    """What the primary lacks that has to serve; Flagger does not look at it after a promotion."""
    primary = workloads.primary(view)
    if primary is not None:
        return primary.waits_for
    is_missing = workloads.is_missing(view, workloads.PRIMARY)
    return f'{workloads.named(view)}{workloads.PRIMARY} to be there' if is_missing else ''


def _serving(view: View) -> str:
    primary = workloads.primary(view)
    if primary is None or not primary.progress.ready:
        return ''
    named, counts = f'{workloads.named(view)}{workloads.PRIMARY}', primary.progress
    return f'{named} still serves what was promoted last: {counts.ready}/{counts.desired}'


def _waiting(judged: Assessment, what: str, recheck_at: float | None = None) -> Assessment:
    return judged._replace(state=State.PROGRESSING, waits_for=what, recheck_at=recheck_at)


def _gate(view: View, phase: str, judged: Assessment) -> Assessment:
    hooks = ', '.join(analysis.hooks(view.object or {}, _GATES[phase]))
    what = f'{_GATES[phase]} webhook {hooks}' if hooks else f'{_GATES[phase]} webhook'
    done = 'roll it out' if phase == 'Waiting' else 'promote it'
    return judged._replace(
        state=State.PAUSED,
        reason=phase,
        message=f'waits for approval to {done}, by its {what}',
        suggested_commands=(causes.describe(view),),
    )


def _shown(view: View, working: Workload | None, both: Sequence[Workload | None]) -> Assessment:
    found = [one for one in both if one is not None]
    templates = [min_stall_timeout(one.object) for one in found]
    return Assessment(
        State.PROGRESSING,
        progress=working.progress if working else None,
        pods=working.pods if working else (),
        children=tuple(child for one in found for child in one.children),
        min_stall_timeout=max(analysis.patience(view.object or {}), *templates, 0.0),
    )


def _unseen(
    view: View, phase: str, target: Workload | None, primary: Workload | None
) -> tuple[str, float | None] | None:
    """What is waited for, and until when, where the phase is about an earlier revision.

    `lastAppliedSpec` is a hash that only Flagger can compute. But what was promoted, the primary
    runs; and a template that is younger than the last word of Flagger is one it has not seen.
    """
    seen = f'Flagger to see the change of {workloads.named(view)}'
    if phase not in (*_DONE, 'Failed'):
        return None
    if not workloads.is_known(view):
        return f'a look at {workloads.named(view)}', None
    if target is None:
        return None
    is_other = _is_other(phase, target.object, primary.object if primary else {})
    return (seen, None) if is_other else _young(view, target, seen)


def _is_other(phase: str, thing: Object, primary: Object) -> bool:
    """Whether the target is surely not what the phase is about."""
    if get_int(thing, 'status', 'observedGeneration') < get_int(thing, 'metadata', 'generation'):
        return True
    return phase in _DONE and workloads.differ(thing, primary)


def _young(view: View, target: Workload, seen: str) -> tuple[str, float | None] | None:
    born = created_at(target.newest)
    last = epoch(get_str(view.object, 'status', 'lastTransitionTime'))
    # Changes that Flagger leaves alone make a new one, too: two of its looks are enough.
    due = born + 2 * analysis.interval(view.object or {})
    if last is not None and born > last and view.now < due:
        return seen, due
    return None
