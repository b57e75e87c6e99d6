"""Tracker for Jobs: ready when complete, failed when the Failed condition is true."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import assessment_helpers
from kubectl_dog.trackers import job_pods
from kubectl_dog.trackers import pod_controllers

_QUEUE = 'kueue.x-k8s.io/queue-name'
_BUILT_IN = 'kubernetes.io/job-controller'

# For each reason of the built-in controller a text, and the field of the spec with the limit. Other
# controllers (managedBy) have other reasons.
_FAILURES = {
    'BackoffLimitExceeded': ('its pods failed more often than allowed', 'backoffLimit'),
    'DeadlineExceeded': ('it ran longer than allowed', 'activeDeadlineSeconds'),
    'PodFailurePolicy': ('a pod failed, and the podFailurePolicy of the Job allows no retry', ''),
    'FailedIndexes': ('some of its indexes failed permanently', 'backoffLimitPerIndex'),
    'MaxFailedIndexesExceeded': ('more indexes failed than allowed', 'maxFailedIndexes'),
}


def wants(view: View) -> Sequence[Watch]:
    """Watch pods by the selector; a Job of another controller may have no selector."""
    watch = pod_controllers.pod_watch(view)
    return (watch,) if watch.labels else ()


def assess(view: View) -> Assessment:
    """Assess the conditions; the number of failed pods only explains a failure."""
    job = view.object or {}
    failed = _first_true_condition(job, 'Failed', 'FailureTarget')
    done = _first_true_condition(job, 'Complete', 'SuccessCriteriaMet')
    shown, others = job_pods.split_pods(pod_controllers.pods(view), get_str(failed, 'reason'))
    assessment = Assessment(
        state=State.PROGRESSING,
        progress=_progress(job),
        pods=shown,
        # Pods that are deleted because the Job has failed block nothing.
        other_pods=() if failed else others,
        min_stall_timeout=_min_stall_timeout(view, shown),
        is_terminal=bool(_first_true_condition(job, 'Failed', 'Complete')),
        notices=_notices(job),
    )
    if (failed or done) and 'Pod' not in view.listed_kinds | view.forbidden_kinds:
        # A verdict is final, and needs the pods for its reasons and last log lines.
        return assessment._replace(is_terminal=False, waits_for='pod status')
    if failed:
        return _assess_failed(view, assessment, failed)
    if done:
        return assessment._replace(
            state=State.READY,
            reason=get_str(done, 'reason') or 'Complete',
            message=_completion_message(job),
        )
    if is_deleting(job):
        return assessment._replace(state=State.DELETING, message='is being deleted')
    if get_dict(job, 'spec').get('suspend'):
        return _assess_suspended(view, job, assessment)
    return assessment._replace(waits_for=_waits_for(job))


def _first_true_condition(job: Object, *kinds: str) -> Object:
    conditions = (condition(job, kind) for kind in kinds)
    return next((item for item in conditions if item.get('status') == 'True'), {})


def _completions(job: Object) -> int:
    """Return how many pods must succeed; by default, as many as run in parallel."""
    parallelism = get_int(job, 'spec', 'parallelism', default=1)
    return get_int(job, 'spec', 'completions', default=parallelism)


def _progress(job: Object) -> Progress:
    """Count the pods; only succeeded pods are available, and they are also ready."""
    succeeded, active = get_int(job, 'status', 'succeeded'), get_int(job, 'status', 'active')
    return Progress(
        desired=_completions(job),
        updated=succeeded + active,
        ready=succeeded + get_int(job, 'status', 'ready'),
        available=succeeded,
    )


def _assess_failed(view: View, assessment: Assessment, failed: Object) -> Assessment:
    job, reason = view.object or {}, get_str(failed, 'reason') or 'Failed'
    indexes, count = get_str(job, 'status', 'failedIndexes'), get_int(job, 'status', 'failed')
    cause = Cause(
        code=reason if reason in _FAILURES else 'JobFailed',
        reason=reason,
        subject=view.target.name,
        message=_failure_text(job, reason),
        evidence=(f'{count_noun(count, "pod")} failed',) if count else (),
    )
    details = f'; failed indexes: {indexes}' if indexes else ''
    message = (
        f'has failed: {assessment_helpers.condition_text({**failed, "reason": reason})}{details}'
    )
    return assessment._replace(state=State.FAILED, reason=reason, message=message, causes=(cause,))


def _failure_text(job: Object, reason: str) -> str:
    text, field = _FAILURES.get(reason, ('the controller of the Job reported a failure', ''))
    limit = get_dict(job, 'spec').get(field)
    return text if limit is None else f'{text} ({field} {limit})'


def _completion_message(job: Object) -> str:
    """Describe how many pods succeeded; a success policy may not require all of them."""
    succeeded = get_int(job, 'status', 'succeeded')
    pods = count_noun(_completions(job), 'pod')
    return f'has completed: {succeeded} of {pods} succeeded' if succeeded else 'has completed'


def _assess_suspended(view: View, job: Object, assessment: Assessment) -> Assessment:
    """Assess a suspended Job as paused, unless a queue will start it."""
    queue = get_str(job, 'metadata', 'labels', _QUEUE)
    if queue:
        return assessment._replace(waits_for=f'queue "{queue}" to admit it (spec.suspend)')
    message = 'is suspended (spec.suspend)'
    resume = (
        f'kubectl patch -n {view.target.namespace} {view.target.label} '
        """--type=merge -p '{"spec":{"suspend":false}}'"""
    )
    return assessment._replace(
        state=State.PAUSED, reason='JobSuspended', message=message, suggested_commands=(resume,)
    )


def _waits_for(job: Object) -> str:
    if not get_dict(job, 'status'):
        return 'the controller to start it'
    completions, succeeded = _completions(job), get_int(job, 'status', 'succeeded')
    count = max(0, completions - succeeded)
    failed = get_int(job, 'status', 'failed')
    failures = f' ({count_noun(failed, "pod")} failed so far)' if failed else ''
    return f'{count} of {count_noun(completions, "pod")} to succeed{failures}'


def _min_stall_timeout(view: View, pods: Sequence[Object]) -> float:
    """Return the minimum stall timeout, which grows while pods are running."""
    deadline = get_int(view.object, 'spec', 'activeDeadlineSeconds')
    timeout = max(pod_controllers.min_stall_timeout(view.object or {}), deadline + 60.0)
    if any(map(job_pods.is_running, pods)):
        return max(
            timeout, view.now - view.run_history.progressed_at + job_pods.RUNNING_STALL_TIMEOUT
        )
    return timeout


def _notices(job: Object) -> tuple[str, ...]:
    manager = get_str(job, 'spec', 'managedBy')
    if manager in ('', _BUILT_IN):
        return ()
    return (f'is managed by "{manager}": its pods may run in another cluster',)
