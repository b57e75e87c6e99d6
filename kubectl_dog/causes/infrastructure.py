"""Family «infrastructure»: nodes that do not answer, sandboxes that fail, pods that are put out."""

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

# A node takes a pod up within a second of its assignment: after this long it is silent.
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
    """What one pod suffers from its node."""
    node = get_str(pod, 'spec', 'nodeName')
    if not node or is_finished(pod) or is_ready(pod):
        return
    silence = _silence(view, pod, node)
    if silence:
        lookup = Lookup(NODES, '', node, full_object=True)
        answer = view.answers.get(lookup)
        yield Cause(
            code='NodeNotReady',
            reason='NodeNotReady',
            subject=node,
            message=silence,
            pods=(name(pod),),
            evidence=tuple(_ills(answer.objects[0])) if answer and answer.objects else (),
            lookups=(lookup,),
            suggested_commands=(f'kubectl describe node {node}',),
        )
    said = _sandbox(view, pod)
    if said:
        yield Cause(
            code='SandboxFailed',
            reason='FailedCreatePodSandBox',
            subject=node,
            message=f'node {node} cannot set up the network or sandbox of the pod: {said}',
            pods=(name(pod),),
            suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
        )


def _silence(view: View, pod: Object, node: str) -> str:
    """Why the node of a pod counts as not ready; empty where nothing tells it.

    When a node falls silent its pods become unready, and a kube event says so; a pod that is
    assigned to such a node is never taken up.
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


def _ills(node: Object) -> Iterator[str]:
    """What the node, or what watches over it, says of its condition."""
    ready = condition(node, 'Ready')
    if ready.get('status') != 'True':
        said = message_of(ready).rstrip('.') or 'no kubelet has ever reported'
        yield f'the node is not ready: {said}'
    for one in get_dicts(node, 'status', 'conditions'):
        if get_str(one, 'type').endswith('Pressure') and one.get('status') == 'True':
            yield f'the node has {get_str(one, "type")}: {get_str(one, "message")}'


def silent_at(pod: Object) -> float | None:
    """When, in epoch seconds, it tells something that its node has not taken it up; None where it
    has, or where there is none yet.
    """
    if not is_unseen_by_kubelet(pod) or not get_str(pod, 'spec', 'nodeName'):
        return None
    assigned = epoch(condition(pod, 'PodScheduled').get('lastTransitionTime')) or created_at(pod)
    return assigned + SILENT_AFTER


def _sandbox(view: View, pod: Object) -> str:
    """The words of a sandbox that failed; empty where there is none, or a later one was made."""
    if any(one.has_started for one in containers(pod)):
        return ''
    if condition(pod, 'PodReadyToStartContainers').get('status') == 'True':
        return ''
    failed = newest_event_about(view, pod, 'FailedCreatePodSandBox')
    past = newest_event_about(view, pod, 'Pulling', 'Pulled', 'Created', 'Started')
    if not failed or (past and last_seen_at(past) >= last_seen_at(failed)):
        return ''
    return _SANDBOX.sub('', event_message(failed))


def evicted_pods(view: View, pods: Iterable[Object], is_complete: bool) -> Iterator[Cause]:
    """Causes of pods of this revision that were ended from outside, counted per code.

    `is_complete` says that those which replace them are ready, so that the effect is gone.
    """
    counted: dict[str, list[Object]] = {}
    for pod in pods:
        code = _code(pod) or ('Evicted' if eviction_event(view, pod) else '')
        if code:
            counted.setdefault(code, []).append(pod)
    for code, found in counted.items():
        last = max(found, key=_ended_at)
        node = get_str(last, 'spec', 'nodeName')
        yield Cause(
            code=code,
            reason=get_str(last, 'status', 'reason') or _disruption(last) or code,
            subject='pods',
            message=f'pod {name(last)} {_SENTENCES[code]} node {node}: {_words(view, last)}',
            pods=tuple(name(pod) for pod in found),
            terminations=len(found),
            active=not is_complete,
            suggested_commands=(f'kubectl describe node {node}',),
        )


def _code(pod: Object) -> str:
    """Which of our codes tells why a pod was ended from outside; empty for any other pod."""
    if not is_finished(pod) and not is_deleting(pod):
        return ''
    reason = get_str(pod, 'status', 'reason')
    if reason.startswith('OutOf'):
        return 'OutOfResources'
    return _REASONS.get(reason) or _REASONS.get(_disruption(pod), '')


def _disruption(pod: Object) -> str:
    return get_str(condition(pod, 'DisruptionTarget'), 'reason')


def _words(view: View, pod: Object) -> str:
    said = message_of(pod, 'status') or message_of(condition(pod, 'DisruptionTarget'))
    return (said or event_message(eviction_event(view, pod))).strip() or 'no reason is given'


def _ended_at(pod: Object) -> float:
    return epoch(condition(pod, 'Ready').get('lastTransitionTime')) or created_at(pod)


def within_run(view: View, pods: Iterable[Object], fresh: float) -> list[Object]:
    """Those that are not history: young when tracking began, or ended after that."""
    began = view.run_history.started
    return [pod for pod in pods if created_at(pod) >= began - fresh or _ended_at(pod) >= began]
