"""The tracker of a CronJob, which is ready when it exists; its last run is a notice.

Its Jobs and their pods decide nothing, as they are of earlier specs as well. Following shows them.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import label_selector
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.times import epoch
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import assessment_helpers

# Show at most this many Jobs at a time.
_MAX_JOBS = 5


def wants(view: View) -> Sequence[Watch]:
    """Watch its Jobs by the labels of their template, and the pods of the Jobs to show."""
    namespace = view.target.namespace
    labels = get_dict(view.object, 'spec', 'jobTemplate', 'metadata', 'labels')
    selectors = [
        label_selector(get_dict(job, 'spec', 'selector')) for job in _shown(view, _jobs(view))
    ]
    pods = [Watch(PODS, namespace, selector) for selector in selectors if selector]
    return (Watch(JOBS, namespace, label_selector({'matchLabels': labels})), *pods)


def assess(view: View) -> Assessment:
    """Assess the object itself, with the Jobs that are active, new or the last one."""
    cron_job, jobs = view.object or {}, _jobs(view)
    shown = _shown(view, jobs)
    assessment = assessment_helpers.deleting_or_unobserved(view) or assessment_helpers.ready(
        _suspend_notice(cron_job), _last_run_notice(cron_job, jobs)
    )
    pods = [pod for job in shown for pod in view.children_by_owner_uid.get(uid(job), ())]
    return assessment._replace(children=tuple(shown), other_pods=tuple(pods))


def _jobs(view: View) -> list[Object]:
    """Its Jobs, the oldest first."""
    children = view.children_by_owner_uid.get(uid(view.object or {}), ())
    jobs = (child for child in children if child.get('kind') == 'Job')
    return sorted(jobs, key=lambda job: (created_at(job), name(job)))


def _shown(view: View, jobs: Sequence[Object]) -> list[Object]:
    """The Jobs that are active or have started since tracking began; else the last one."""
    started = view.run_history.started
    is_new = [not _end(job) or (started and created_at(job) >= started) for job in jobs]
    shown = [job for job, new in zip(jobs, is_new) if new]
    return shown[-_MAX_JOBS:] or list(jobs[-1:])


def _end(job: Object) -> Object:
    """The condition that says how a Job ended, or an empty mapping."""
    ends = (condition(job, kind) for kind in ('Failed', 'Complete'))
    return next((end for end in ends if end.get('status') == 'True'), {})


def _suspend_notice(cron_job: Object) -> str:
    return (
        'is suspended (spec.suspend): it creates no Jobs'
        if get_dict(cron_job, 'spec').get('suspend')
        else ''
    )


def _last_run_notice(cron_job: Object, jobs: Sequence[Object]) -> str:
    started = get_str(cron_job, 'status', 'lastScheduleTime')
    succeeded = get_str(cron_job, 'status', 'lastSuccessfulTime')
    if not started:
        return ''
    running = ', '.join(get_str(job, 'name') for job in get_dicts(cron_job, 'status', 'active'))
    if running:
        return f'has active Jobs since {started}: {running}'
    if (epoch(succeeded) or 0.0) >= (epoch(started) or 0.0):
        return f'last ran at {started} and succeeded'
    end = _end(jobs[-1]) if jobs else {}
    if end.get('type') == 'Failed':
        return f'last ran at {started} and failed (job/{name(jobs[-1])}: {get_str(end, "reason")})'
    return f'last ran at {started} and did not succeed'
