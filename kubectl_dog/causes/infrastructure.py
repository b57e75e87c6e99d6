"""Find silent nodes, failed sandboxes and evicted pods (family "infrastructure")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.causes.kube_event_queries import event_message
from kubectl_dog.causes.kube_event_queries import eviction_event
from kubectl_dog.causes.kube_event_queries import last_seen_at
from kubectl_dog.causes.kube_event_queries import newest_event_about
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_finished
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.pods import is_unseen_by_kubelet
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.times import epoch
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

# A kubelet accepts a pod within a second of its assignment. After this many seconds it is silent.
SILENT_AFTER = 20.0
# The server stamps Kubernetes events and conditions in whole seconds, one after the other.
_SLACK = 2.0

# The kubelet's messages for a pod that used more than its own limits allow, other than those for a
# node that is low on a resource: emptyDirMessageFmt, containerEphemeralStorageMessageFmt and
# podEphemeralStorageMessageFmt in pkg/kubelet/eviction/helpers.go.
_OWN_LIMIT = lazy_compile(
    r'^Usage of EmptyDir volume ".*" exceeds the limit '
    r'|^Container \S+ exceeded its local ephemeral storage limit '
    r'|^Pod ephemeral local storage usage exceeds the total limit of containers '
)
# A pod that exceeds its own limits does so on every node: the second time is no accident.
_OWN_LIMIT_EVICTIONS = 2

_SANDBOX = lazy_compile(r'^Failed to create pod sand ?box: (rpc error: code = \w+ desc = )?', re.I)
_REASONS = {
    'Evicted': 'Evicted',
    'Preempting': 'Preempted',
    'PreemptionByScheduler': 'Preempted',
    'Terminated': 'NodeShutdown',
    'NodeShutdown': 'NodeShutdown',
    'Shutdown': 'NodeShutdown',
    'UnexpectedAdmissionError': 'OutOfResources',
    'NodeAffinity': 'OutOfResources',
    'NodePorts': 'OutOfResources',
    'TopologyAffinityError': 'OutOfResources',
}
_SENTENCES = {
    'Evicted': 'was evicted from',
    'Preempted': 'was preempted by a pod of higher priority on',
    'NodeShutdown': 'was terminated by the shutdown of',
    'OutOfResources': 'was rejected by',
}


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the causes of one pod that come from its node."""
    node = get_str(pod, 'spec', 'nodeName')
    if not node or is_finished(pod) or is_ready(pod):
        return
    message = _not_ready_message(view, pod, node)
    if message:
        lookup = Lookup(NODES, '', node, full_object=True)
        answer = view.answers.get(lookup)
        yield Cause(
            code='NodeNotReady',
            reason='NodeNotReady',
            subject=node,
            message=message,
            pods=(name(pod),),
            evidence=tuple(_node_problems(answer.objects[0])) if answer and answer.objects else (),
            lookups=(lookup,),
            suggested_commands=(f'kubectl describe node {node}',),
        )
    error = _sandbox_message(view, pod)
    if error:
        yield Cause(
            code='SandboxFailed',
            reason='FailedCreatePodSandBox',
            subject=node,
            message=f'node "{node}" cannot set up the network or sandbox of the pod: {error}',
            pods=(name(pod),),
            suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
        )


def _not_ready_message(view: View, pod: Object, node: str) -> str:
    """Return the reason why the node of a pod is treated as not ready; empty if there is none.

    When a node becomes silent, its pods become unready, and a Kubernetes event reports it. A pod
    that is assigned to such a node is never accepted.
    """
    if get_str(pod, 'status', 'reason') == 'NodeLost':
        return f'node "{node}" is lost'
    event = newest_event_about(view, pod, 'NodeNotReady')
    unready = epoch(condition(pod, 'Ready').get('lastTransitionTime')) or 0.0
    if event and unready <= last_seen_at(event) + _SLACK:
        return f'node "{node}" is not ready'
    moment = silent_at(pod)
    if moment is not None and view.now >= moment:
        return f'node "{node}" has not accepted the pod: its kubelet does not respond'
    return ''


def _node_problems(node: Object) -> Iterator[str]:
    """Yield sentences about bad conditions of the node."""
    ready = condition(node, 'Ready')
    if ready.get('status') != 'True':
        message = message_of(ready).rstrip('.') or 'its kubelet has never reported a status'
        yield f'the node is not ready: {message}'
    for pressure in get_dicts(node, 'status', 'conditions'):
        if get_str(pressure, 'type').endswith('Pressure') and pressure.get('status') == 'True':
            yield f'the node has {get_str(pressure, "type")}: {get_str(pressure, "message")}'


def silent_at(pod: Object) -> float | None:
    """Return when a kubelet that has not accepted the pod is treated as silent (epoch seconds).

    None if it has, or if the pod has no node yet.
    """
    if not is_unseen_by_kubelet(pod) or not get_str(pod, 'spec', 'nodeName'):
        return None
    assigned_at = epoch(condition(pod, 'PodScheduled').get('lastTransitionTime')) or created_at(pod)
    return assigned_at + SILENT_AFTER


def _sandbox_message(view: View, pod: Object) -> str:
    """Return the error of the newest sandbox; empty if it succeeded or none failed."""
    if any(container.has_started for container in containers(pod)):
        return ''
    if condition(pod, 'PodReadyToStartContainers').get('status') == 'True':
        return ''
    failed = newest_event_about(view, pod, 'FailedCreatePodSandBox')
    later_step = newest_event_about(view, pod, 'Pulling', 'Pulled', 'Created', 'Started')
    if not failed or (later_step and last_seen_at(later_step) >= last_seen_at(failed)):
        return ''
    return _SANDBOX.sub('', event_message(failed))


def evicted_pods(view: View, pods: Iterable[Object], is_complete: bool) -> Iterator[Cause]:
    """Yield a cause per code for pods of this revision that were evicted, preempted or refused.

    is_complete: the replacing pods are ready, so that the causes are not active any more.
    """
    pods_by_code: dict[str, list[Object]] = {}
    for pod in pods:
        code = _termination_code(pod) or ('Evicted' if eviction_event(view, pod) else '')
        if code:
            pods_by_code.setdefault(code, []).append(pod)
    for code, group in pods_by_code.items():
        newest = max(group, key=_finished_at)
        node, message = get_str(newest, 'spec', 'nodeName'), _termination_message(view, newest)
        yield Cause(
            code=code,
            reason=get_str(newest, 'status', 'reason') or _disruption(newest) or code,
            subject='pods',
            message=f'pod "{name(newest)}" {_SENTENCES[code]} node "{node}": {message}',
            pods=tuple(name(pod) for pod in group),
            terminations=len(group),
            active=not is_complete,
            tolerance_terminations=_own_limit_tolerance(view, group),
            suggested_commands=(_eviction_command(view, newest, node),),
        )


def _own_limit_tolerance(view: View, pods: Iterable[Object]) -> int | None:
    """The tolerance if the pods exceeded their own limits; None for that of the code.

    Where a node also evicted pods for its own reasons, two must have exceeded their limits.
    """
    own = [_exceeds_own_limit(view, pod) for pod in pods]
    return _OWN_LIMIT_EVICTIONS if all(own) or sum(own) >= _OWN_LIMIT_EVICTIONS else None


def _exceeds_own_limit(view: View, pod: Object) -> bool:
    return bool(_OWN_LIMIT.search(_termination_message(view, pod)))


def _eviction_command(view: View, pod: Object, node: str) -> str:
    if _exceeds_own_limit(view, pod):
        return f'kubectl describe pod -n {view.target.namespace} {name(pod)}'
    return f'kubectl describe node {node}'


def _termination_code(pod: Object) -> str:
    """Return the code for a pod that its node or the scheduler terminated; otherwise empty."""
    if not is_finished(pod) and not is_deleting(pod):
        return ''
    reason = get_str(pod, 'status', 'reason')
    if reason.startswith('OutOf'):
        return 'OutOfResources'
    return _REASONS.get(reason) or _REASONS.get(_disruption(pod), '')


def _disruption(pod: Object) -> str:
    return get_str(condition(pod, 'DisruptionTarget'), 'reason')


def _termination_message(view: View, pod: Object) -> str:
    message = message_of(pod, 'status') or message_of(condition(pod, 'DisruptionTarget'))
    return (message or event_message(eviction_event(view, pod))).strip() or 'no reason given'


def _finished_at(pod: Object) -> float:
    return epoch(condition(pod, 'Ready').get('lastTransitionTime')) or created_at(pod)


def within_run(view: View, pods: Iterable[Object], max_age: float) -> list[Object]:
    """Return the pods at most `max_age` seconds old when tracking began, or finished later."""
    started = view.run_history.started
    return [
        pod for pod in pods if created_at(pod) >= started - max_age or _finished_at(pod) >= started
    ]
