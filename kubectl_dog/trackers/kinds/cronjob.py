"""CronJob: it works as soon as it is there; how its last run went is worth a notice."""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.times import epoch
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers

wants = assessment_helpers.no_wants


def assess(view: View) -> Assessment:
    """To be there is to be ready: what its Jobs do tells nothing of this change."""
    cron = view.object or {}
    return assessment_helpers.deleting_or_unobserved(view) or assessment_helpers.ready(
        _suspended(cron), _last_run(cron)
    )


def _suspended(cron: Object) -> str:
    return (
        'is suspended (spec.suspend): it starts no Job'
        if get_dict(cron, 'spec').get('suspend')
        else ''
    )


def _last_run(cron: Object) -> str:
    started = get_str(cron, 'status', 'lastScheduleTime')
    succeeded = get_str(cron, 'status', 'lastSuccessfulTime')
    if not started:
        return ''
    running = ', '.join(get_str(one, 'name') for one in get_dicts(cron, 'status', 'active'))
    if running:
        return f'has a run under way, since {started}: {running}'
    if (epoch(succeeded) or 0.0) >= (epoch(started) or 0.0):
        return f'last ran at {started} and succeeded'
    return f'last ran at {started} and did not succeed'
