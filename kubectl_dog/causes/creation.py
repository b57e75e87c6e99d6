"""Find controllers whose pods the API server refuses (family "creation")."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kubectl_dog.causes.kube_event_queries import event_message
from kubectl_dog.causes.kube_event_queries import events_about
from kubectl_dog.causes.kube_event_queries import newest_event_about
from kubectl_dog.causes.kube_event_queries import occurrence_count
from kubectl_dog.causes.pod_termination import any_terminating
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import name
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.views import View

if TYPE_CHECKING:
    from kubectl_dog.causes.admission_errors import AdmissionError

# The command that shows more about a cause, with placeholders.
REMEDIES = {
    'QuotaExceeded': 'kubectl describe quota -n {namespace} {subject}',
    'LimitRange': 'kubectl describe limitrange -n {namespace}',
    'PodSecurity': 'kubectl get namespace {namespace} --show-labels',
    'WebhookDenied': 'kubectl get validatingwebhookconfigurations,validatingadmissionpolicies',
    'WebhookUnreachable': (
        'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations'
    ),
    'ServiceAccountMissing': 'kubectl get serviceaccounts -n {namespace}',
    'PriorityClassMissing': 'kubectl get priorityclasses',
}
# After each refusal a controller waits twice as long; any other change makes it try at once, and
# counts, too. Seconds (client-go's workqueue); the tolerance of a recovering cause is doubled.
_FIRST_WAIT, _LONGEST_WAIT, _SHORTEST_WAIT = 0.005, 1000.0, 60.0
_MOST_DOUBLED = 20
# A conflicting write counts as a try, too, and has no Kubernetes event: up to three were observed.
_UNSEEN_TRIES = 3
# Kinds that create pods themselves.
_CONTROLLERS = ('DaemonSet', 'Job', 'ReplicaSet', 'ReplicationController', 'StatefulSet')
_DESCRIBE = 'kubectl describe {kind} -n {namespace} {name}'


def find(view: View, workload: Object) -> Iterator[Cause]:
    """Yield the cause of a controller's missing pods, if its attempts to create them report one."""
    reason, message = _refusal(view, workload)
    if message:
        # Most controllers are not refused anything.
        from kubectl_dog.causes.admission_errors import parse_admission_error

        yield cause_of(view, workload, reason, parse_admission_error(message))


def _refusal(view: View, workload: Object) -> tuple[str, str]:
    """Return reason and message of the refusal; empty if no pod is missing or refused.

    The condition of a ReplicaSet keeps the message of the first failure, so the message of the
    newest Kubernetes event is preferred. Other controllers have only the event.
    """
    kind = workload.get('kind')
    if kind == 'Deployment':
        return _deployment_refusal(view, workload)
    if not _lacks_pods(workload):
        return '', ''
    if kind in ('ReplicaSet', 'ReplicationController'):
        failure = condition(workload, 'ReplicaFailure')
        if failure.get('status') != 'True' or failure.get('reason') != 'FailedCreate':
            return '', ''
        event = newest_event_about(view, workload, 'FailedCreate')
        return 'FailedCreate', event_message(event) or message_of(failure)
    event = newest_event_about(view, workload, 'FailedCreate', 'SuccessfulCreate')
    return (
        ('FailedCreate', event_message(event))
        if event.get('reason') == 'FailedCreate'
        else ('', '')
    )


def _deployment_refusal(view: View, deployment: Object) -> tuple[str, str]:
    """Return reason and message if the ReplicaSet cannot be created or read."""
    progressing = condition(deployment, 'Progressing')
    if progressing.get('reason') == 'ReplicaSetCreateError':
        return 'ReplicaSetCreateError', message_of(progressing)
    failure = condition(deployment, 'ReplicaFailure')
    if 'ReplicaSet.apps' in view.forbidden_kinds and failure.get('status') == 'True':
        return get_str(failure, 'reason'), message_of(failure)
    return '', ''


def has_all_pods(objects: Iterable[Object]) -> bool:
    """Whether the controllers among these objects, of which there is one, have all their pods."""
    controllers = [obj for obj in objects if obj.get('kind') in _CONTROLLERS]
    return bool(controllers) and not any(map(_lacks_pods, controllers))


def _lacks_pods(workload: Object) -> bool:
    kind = workload.get('kind')
    if kind == 'DaemonSet':
        scheduled = get_int(workload, 'status', 'currentNumberScheduled')
        return scheduled < get_int(workload, 'status', 'desiredNumberScheduled')
    if kind == 'Job':
        return _job_lacks_pods(workload)
    if kind in ('ReplicaSet', 'ReplicationController', 'StatefulSet'):
        replicas = get_int(workload, 'status', 'replicas')
        return replicas < get_int(workload, 'spec', 'replicas', default=1)
    return False


def _job_lacks_pods(job: Object) -> bool:
    if any(condition(job, kind).get('status') == 'True' for kind in ('Complete', 'Failed')):
        return False
    wanted = get_int(job, 'spec', 'parallelism', default=1)
    if 'completions' in get_dict(job, 'spec'):
        left = get_int(job, 'spec', 'completions') - get_int(job, 'status', 'succeeded')
        wanted = min(wanted, left)
    return get_int(job, 'status', 'active') < wanted


def cause_of(view: View, workload: Object, reason: str, refusal: AdmissionError) -> Cause:
    """Return the cause of a refusal to create the pods of a workload."""
    from kubectl_dog.causes.admission_lookups import with_lookup

    kind, namespace = get_str(workload, 'kind').lower(), view.target.namespace
    remedy = REMEDIES.get(refusal.code, _DESCRIBE)
    tries = sum(occurrence_count(event) for event in events_about(view, workload, reason))
    short = 'rs' if kind == 'replicaset' else kind
    evidence = (
        (f'{count_noun(tries, "failed attempt")} by {short}/{name(workload)}',) if tries > 1 else ()
    )
    cause = Cause(
        code=refusal.code,
        reason=reason,
        subject=refusal.subject or name(workload),
        message=refusal.sentence,
        clock_paused=refusal.code == 'QuotaExceeded' and any_terminating(view),
        evidence=evidence,
        suggested_commands=(
            remedy.format(
                namespace=namespace, subject=refusal.subject, kind=kind, name=name(workload)
            ),
        ),
    )
    cause = with_lookup(view, cause, refusal)
    return (
        cause._replace(tolerance_seconds=next_retry_seconds(tries)) if cause.recovering else cause
    )


def next_retry_seconds(tries: int) -> float:
    """Return the maximum seconds until a controller retries after this number of refusals."""
    wait = _FIRST_WAIT * 2.0 ** min(tries + _UNSEEN_TRIES, _MOST_DOUBLED)
    return min(max(_SHORTEST_WAIT, wait), _LONGEST_WAIT)
