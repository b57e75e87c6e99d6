"""Family «creation»: the API server refuses the pods that a controller wants to create."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.causes.admission_errors import AdmissionError
from kubectl_dog.causes.admission_errors import parse_admission_error
from kubectl_dog.causes.admission_lookups import with_lookup
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

_REMEDIES = {
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
# After each refusal a controller waits twice as long; what else changes makes it try at once, and
# counts, too. Seconds (client-go's workqueue); a cause that is healing may stand twice as long.
_FIRST_WAIT, _LONGEST_WAIT, _SHORTEST_PATIENCE = 0.005, 1000.0, 60.0
_MOST_DOUBLED = 20
# A write that came too late counts as a try, too, and no kube event tells it: up to three seen.
_UNTOLD = 3
_DESCRIBE = 'kubectl describe {kind} -n {namespace} {name}'


def find(view: View, thing: Object) -> Iterator[Cause]:
    """The cause of one controller's missing pods, if its own attempts to create them tell it."""
    reason, said = _refused(view, thing)
    if said:
        yield _cause(view, thing, reason, parse_admission_error(said))


def _refused(view: View, thing: Object) -> tuple[str, str]:
    """The cluster's word and its words; empty where nothing is missing, or creating goes well.

    The condition of a ReplicaSet keeps the words of the first failure: the newest kube event is
    the truth. Other controllers have the kube event only.
    """
    kind = thing.get('kind')
    if kind == 'Deployment':
        return _deployment(view, thing)
    if not _lacks_pods(thing):
        return '', ''
    if kind in ('ReplicaSet', 'ReplicationController'):
        failure = condition(thing, 'ReplicaFailure')
        if failure.get('status') != 'True' or failure.get('reason') != 'FailedCreate':
            return '', ''
        event = newest_event_about(view, thing, 'FailedCreate')
        return 'FailedCreate', event_message(event) or message_of(failure)
    event = newest_event_about(view, thing, 'FailedCreate', 'SuccessfulCreate')
    return (
        ('FailedCreate', event_message(event))
        if event.get('reason') == 'FailedCreate'
        else ('', '')
    )


def _deployment(view: View, thing: Object) -> tuple[str, str]:
    """Its ReplicaSet cannot be created; or may not be seen, so that its own condition must do."""
    progressing = condition(thing, 'Progressing')
    if progressing.get('reason') == 'ReplicaSetCreateError':
        return 'ReplicaSetCreateError', message_of(progressing)
    failure = condition(thing, 'ReplicaFailure')
    if 'ReplicaSet.apps' in view.forbidden_kinds and failure.get('status') == 'True':
        return get_str(failure, 'reason'), message_of(failure)
    return '', ''


def _lacks_pods(thing: Object) -> bool:
    kind = thing.get('kind')
    if kind == 'DaemonSet':
        scheduled = get_int(thing, 'status', 'currentNumberScheduled')
        return scheduled < get_int(thing, 'status', 'desiredNumberScheduled')
    if kind == 'Job':
        return _job_lacks_pods(thing)
    if kind in ('ReplicaSet', 'ReplicationController', 'StatefulSet'):
        replicas = get_int(thing, 'status', 'replicas')
        return replicas < get_int(thing, 'spec', 'replicas', default=1)
    return False


def _job_lacks_pods(job: Object) -> bool:
    if any(condition(job, kind).get('status') == 'True' for kind in ('Complete', 'Failed')):
        return False
    wanted = get_int(job, 'spec', 'parallelism', default=1)
    if 'completions' in get_dict(job, 'spec'):
        left = get_int(job, 'spec', 'completions') - get_int(job, 'status', 'succeeded')
        wanted = min(wanted, left)
    return get_int(job, 'status', 'active') < wanted


def _cause(view: View, thing: Object, reason: str, refusal: AdmissionError) -> Cause:
    kind, namespace = get_str(thing, 'kind').lower(), view.target.namespace
    remedy = _REMEDIES.get(refusal.code, _DESCRIBE)
    tries = sum(occurrence_count(event) for event in events_about(view, thing, reason))
    evidence = (f'{kind}/{name(thing)} has tried {count_noun(tries, "time")}',) if tries > 1 else ()
    cause = Cause(
        code=refusal.code,
        reason=reason,
        subject=refusal.subject or name(thing),
        message=refusal.sentence,
        clock_paused=refusal.code == 'QuotaExceeded' and any_terminating(view),
        evidence=evidence,
        suggested_commands=(
            remedy.format(
                namespace=namespace, subject=refusal.subject, kind=kind, name=name(thing)
            ),
        ),
    )
    cause = with_lookup(view, cause, refusal)
    return (
        cause._replace(tolerance_seconds=next_retry_seconds(tries)) if cause.recovering else cause
    )


def next_retry_seconds(tries: int) -> float:
    """Seconds in which a controller that was refused so often tries again of its own accord."""
    wait = _FIRST_WAIT * 2.0 ** min(tries + _UNTOLD, _MOST_DOUBLED)
    return min(max(_SHORTEST_PATIENCE, wait), _LONGEST_WAIT)
