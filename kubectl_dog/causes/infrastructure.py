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
# The server stamps kube events and conditions in whole seconds, one after the other.
_SLACK = 2.0

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
    'Preempted': 'had to make room for a pod of higher priority on',
    'NodeShutdown': 'was ended by the shutdown of',
    'OutOfResources': 'was refused by',
}


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the causes that the node of one pod has."""
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
            message=f'node {node} cannot set up the network or sandbox of the pod: {error}',
            pods=(name(pod),),
            suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
        )


def _not_ready_message(view: View, pod: Object, node: str) -> str:
    """Why the node of a pod counts as not ready; empty if nothing indicates it.

    When a node becomes silent, its pods become unready, and a kube event reports it. A pod that is
    assigned to such a node is never accepted.
    """
    if get_str(pod, 'status', 'reason') == 'NodeLost':
        return f'node {node} is lost'
    event = newest_event_about(view, pod, 'NodeNotReady')
    unready = epoch(condition(pod, 'Ready').get('lastTransitionTime')) or 0.0
    if event and unready <= last_seen_at(event) + _SLACK:
        return f'node {node} is not ready'
    moment = silent_at(pod)
    if moment is not None and view.now >= moment:
        return f'node {node} has not taken the pod up: its kubelet does not answer'
    return ''


def _node_problems(node: Object) -> Iterator[str]:
    """Sentences about the conditions of the node."""
    ready = condition(node, 'Ready')
    if ready.get('status') != 'True':
        message = message_of(ready).rstrip('.') or 'no kubelet has ever reported'
        yield f'the node is not ready: {message}'
    for pressure in get_dicts(node, 'status', 'conditions'):
        if get_str(pressure, 'type').endswith('Pressure') and pressure.get('status') == 'True':
            yield f'the node has {get_str(pressure, "type")}: {get_str(pressure, "message")}'


def silent_at(pod: Object) -> float | None:
    """Epoch seconds after which the kubelet counts as silent if it has not accepted the pod.

    None if it has, or if the pod has no node yet.
    """
    if not is_unseen_by_kubelet(pod) or not get_str(pod, 'spec', 'nodeName'):
        return None
    assigned_at = epoch(condition(pod, 'PodScheduled').get('lastTransitionTime')) or created_at(pod)
    return assigned_at + SILENT_AFTER


def _sandbox_message(view: View, pod: Object) -> str:
    """The error of the newest sandbox; empty if none failed, or if a later sandbox succeeded."""
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
        code = _end_code(pod) or ('Evicted' if eviction_event(view, pod) else '')
        if code:
            pods_by_code.setdefault(code, []).append(pod)
    for code, group in pods_by_code.items():
        newest = max(group, key=_ended_at)
        node, message = get_str(newest, 'spec', 'nodeName'), _end_message(view, newest)
        yield Cause(
            code=code,
            reason=get_str(newest, 'status', 'reason') or _disruption(newest) or code,
            subject='pods',
            message=f'pod {name(newest)} {_SENTENCES[code]} node {node}: {message}',
            pods=tuple(name(pod) for pod in group),
            terminations=len(group),
            active=not is_complete,
            suggested_commands=(f'kubectl describe node {node}',),
        )


def _end_code(pod: Object) -> str:
    """The code for a pod that its node or the scheduler ended; empty for any other pod."""
    if not is_finished(pod) and not is_deleting(pod):
        return ''
    reason = get_str(pod, 'status', 'reason')
    if reason.startswith('OutOf'):
        return 'OutOfResources'
    return _REASONS.get(reason) or _REASONS.get(_disruption(pod), '')


def _disruption(pod: Object) -> str:
    return get_str(condition(pod, 'DisruptionTarget'), 'reason')


def _end_message(view: View, pod: Object) -> str:
    message = message_of(pod, 'status') or message_of(condition(pod, 'DisruptionTarget'))
    return (message or event_message(eviction_event(view, pod))).strip() or 'no reason is given'


def _ended_at(pod: Object) -> float:
    return epoch(condition(pod, 'Ready').get('lastTransitionTime')) or created_at(pod)


def within_run(view: View, pods: Iterable[Object], max_age: float) -> list[Object]:
    """The pods that were at most `max_age` seconds old when tracking began, or ended after that."""
    started = view.run_history.started
    return [
        pod for pod in pods if created_at(pod) >= started - max_age or _ended_at(pod) >= started
    ]
