"""The tracker of a CronJob, which is ready when it exists; its last run is a notice."""

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
    """Assess the object itself: its Jobs are of earlier specs as well."""
    cron_job = view.object or {}
    return assessment_helpers.deleting_or_unobserved(view) or assessment_helpers.ready(
        _suspend_notice(cron_job), _last_run_notice(cron_job)
    )


def _suspend_notice(cron_job: Object) -> str:
    return (
        'is suspended (spec.suspend): it starts no Job'
        if get_dict(cron_job, 'spec').get('suspend')
        else ''
    )


def _last_run_notice(cron_job: Object) -> str:
    started = get_str(cron_job, 'status', 'lastScheduleTime')
    succeeded = get_str(cron_job, 'status', 'lastSuccessfulTime')
    if not started:
        return ''
    running = ', '.join(get_str(job, 'name') for job in get_dicts(cron_job, 'status', 'active'))
    if running:
        return f'has a run under way, since {started}: {running}'
    if (epoch(succeeded) or 0.0) >= (epoch(started) or 0.0):
        return f'last ran at {started} and succeeded'
    return f'last ran at {started} and did not succeed'
