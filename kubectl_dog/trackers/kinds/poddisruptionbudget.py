"""Tracker for PodDisruptionBudgets; if one allows no disruption, a notice is reported."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers
from kubectl_dog.trackers.observed_generation import WAITS_FOR_OBSERVATION
from kubectl_dog.trackers.pod_controllers import is_seen

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """Assess as ready once the controller has observed the newest spec."""
    budget = view.object or {}
    early = assessment_helpers.deleting_or_unobserved(view)
    if early is not None:
        return early
    if not is_seen(budget):
        return assessment_helpers.waiting(WAITS_FOR_OBSERVATION)
    return assessment_helpers.ready(_no_disruption_notice(budget))


def _no_disruption_notice(budget: Object) -> str:
    allowed = condition(budget, 'DisruptionAllowed')
    if allowed.get('status') != 'False':
        return ''
    if get_str(allowed, 'reason') == 'SyncFailed':
        return f'allows no disruptions: {assessment_helpers.condition_text(allowed)}'
    healthy, wanted = (
        get_int(budget, 'status', key) for key in ('currentHealthy', 'desiredHealthy')
    )
    pods = count_noun(healthy, 'healthy pod')
    return f'allows no disruptions now: {pods}, {wanted} required'
