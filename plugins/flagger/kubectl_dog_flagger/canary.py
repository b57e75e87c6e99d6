"""Assess a Canary by its phase, if that phase describes the current revision of the target.

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

_READY_PHASES = ('Initialized', 'Succeeded')
_APPROVAL_WEBHOOKS = {'Waiting': 'confirm-rollout', 'WaitingPromotion': 'confirm-promotion'}

# In these phases the pods of the primary are shown.
_PRIMARY_PHASES = ('', 'Initializing', 'Initialized', 'Promoting', 'Finalising', 'Succeeded')

_WAITS_FOR = {
    '': 'Flagger to initialize it',
    'Initializing': 'Flagger to initialize it',
    'Promoting': 'the primary to be updated',
    'Finalising': 'traffic to go to the primary, and the canary to be scaled down',
}


def wants(view: View) -> Sequence[Watch]:
    """Watch the target and the primary, with their pods."""
    return tuple(dict.fromkeys(workloads.watches(view)))


def assess(view: View) -> Assessment:
    """Assess by the phase; the causes come from the kube events of Flagger."""
    canary = view.object or {}
    phase = get_str(canary, 'status', 'phase')
    if is_deleting(canary) or phase in ('Terminating', 'Terminated'):
        return deleting(canary)
    target, primary = workloads.canary(view), workloads.primary(view)
    pending = _pending_change(view, phase, target, primary)
    # A change that Flagger has not observed yet is in the target.
    shown = primary if phase in _PRIMARY_PHASES and not (pending and target) else target
    assessment = _base_assessment(view, shown, (target, primary))
    if get_dict(canary, 'spec').get('suspend') is True:
        return assessment._replace(
            state=State.PAUSED,
            reason='Suspended',
            message='is suspended by spec.suspend',
            suggested_commands=(causes.describe(view),),
        )
    problems = causes.find(view, phase)
    if pending is not None:
        return _waiting(assessment, *pending)._replace(
            causes=tuple(cause for cause in problems if cause.code == causes.MISSING)
        )
    return _by_phase(view, phase, assessment._replace(causes=problems))


def _by_phase(view: View, phase: str, assessment: Assessment) -> Assessment:
    canary = view.object or {}
    reported = get_str(condition(canary, 'Promoted'), 'message')
    if phase == 'Failed':
        message = reported or 'Canary analysis failed'
        failed = assessment._replace(state=State.FAILED, reason='CanaryFailed', message=message)
        return failed._replace(still_serving=_still_serving(view))
    if phase in _APPROVAL_WEBHOOKS:
        return _awaiting_approval(view, phase, assessment)
    if phase in _READY_PHASES:
        return _promoted(view, assessment)
    if phase == 'Progressing':
        words = analysis.describe_progress(canary)
        return _waiting(assessment, f'the analysis ({words})' if words else 'the analysis')
    # A later version of Flagger may have more phases.
    return _waiting(assessment, _WAITS_FOR.get(phase, f'the phase {phase} to change'))


def _promoted(view: View, assessment: Assessment) -> Assessment:
    if any(cause.code == causes.MISSING for cause in assessment.causes):
        return _waiting(assessment, f'{workloads.target_label(view)} to be there')
    missing = _primary_waits_for(view)
    if missing:
        return _waiting(assessment, missing)
    return require_stability(view, assessment._replace(state=State.READY))


def _primary_waits_for(view: View) -> str:
    """What the primary still waits for; Flagger does not check it after a promotion."""
    primary = workloads.primary(view)
    if primary is not None:
        return primary.waits_for
    is_missing = workloads.is_missing(view, workloads.PRIMARY)
    return f'{workloads.target_label(view)}{workloads.PRIMARY} to be there' if is_missing else ''


def _still_serving(view: View) -> str:
    primary = workloads.primary(view)
    if primary is None or not primary.progress.ready:
        return ''
    label, counts = f'{workloads.target_label(view)}{workloads.PRIMARY}', primary.progress
    return f'{label} still serves what was promoted last: {counts.ready}/{counts.desired}'


def _waiting(assessment: Assessment, waits_for: str, recheck_at: float | None = None) -> Assessment:
    return assessment._replace(state=State.PROGRESSING, waits_for=waits_for, recheck_at=recheck_at)


def _awaiting_approval(view: View, phase: str, assessment: Assessment) -> Assessment:
    hooks = ', '.join(analysis.webhook_names(view.object or {}, _APPROVAL_WEBHOOKS[phase]))
    webhook = f'{_APPROVAL_WEBHOOKS[phase]} webhook' + (f' {hooks}' if hooks else '')
    done = 'roll it out' if phase == 'Waiting' else 'promote it'
    return assessment._replace(
        state=State.PAUSED,
        reason=phase,
        message=f'waits for approval to {done}, by its {webhook}',
        suggested_commands=(causes.describe(view),),
    )


def _base_assessment(
    view: View, shown: Workload | None, both: Sequence[Workload | None]
) -> Assessment:
    present = [workload for workload in both if workload is not None]
    templates = [min_stall_timeout(workload.object) for workload in present]
    return Assessment(
        State.PROGRESSING,
        progress=shown.progress if shown else None,
        pods=shown.pods if shown else (),
        children=tuple(child for workload in present for child in workload.children),
        min_stall_timeout=max(analysis.stall_timeout(view.object or {}), *templates, 0.0),
    )


def _pending_change(
    view: View, phase: str, target: Workload | None, primary: Workload | None
) -> tuple[str, float | None] | None:
    """(text for "waiting for", recheck time) if the phase describes an earlier revision.

    Only Flagger can compute the hash in `lastAppliedSpec`. So the target is compared with the
    primary, which runs the promoted revision, and its age with the last transition of the Canary.
    """
    waits_for = f'Flagger to see the change of {workloads.target_label(view)}'
    if phase not in (*_READY_PHASES, 'Failed'):
        return None
    if not workloads.is_known(view):
        return f'a look at {workloads.target_label(view)}', None
    if target is None:
        return None
    is_other = _is_other(phase, target.object, primary.object if primary else {})
    return (waits_for, None) if is_other else _until_noticed(view, target, waits_for)


def _is_other(phase: str, target: Object, primary: Object) -> bool:
    """Whether the phase certainly describes another revision of the target."""
    if get_int(target, 'status', 'observedGeneration') < get_int(target, 'metadata', 'generation'):
        return True
    return phase in _READY_PHASES and workloads.differ(target, primary)


def _until_noticed(view: View, target: Workload, waits_for: str) -> tuple[str, float | None] | None:
    born = created_at(target.newest)
    last = epoch(get_str(view.object, 'status', 'lastTransitionTime'))
    # Flagger ignores some changes that make a new ReplicaSet: wait for two intervals only.
    due = born + 2 * analysis.interval(view.object or {})
    if last is not None and born > last and view.now < due:
        return waits_for, due
    return None
