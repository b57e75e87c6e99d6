"""Find pods that no node accepts (family "scheduling")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_dog.causes import node_fit
from kubectl_dog.causes import volume_claims
from kubectl_dog.causes.kube_event_queries import event_message
from kubectl_dog.causes.kube_event_queries import last_seen_at
from kubectl_dog.causes.pod_termination import any_terminating
from kubectl_dog.causes.quantities import requested
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import message_of
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import phase
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup

# Seconds that an autoscaler may take to decide, and seconds that a new node may take once the
# autoscaler has announced it.
AUTOSCALER_SECONDS = 180.0
SCALE_UP_SECONDS = 600.0
# A scheduler handles a pod within milliseconds, unless thousands are waiting. After this many
# seconds no scheduler of that name is running. NO_SCHEDULER is the tolerance of that cause.
NO_SCHEDULER_SECONDS = 5.0
NO_SCHEDULER = 60.0

_ALL_NODES = Lookup(NODES, '', full_object=True)

_NO_NODE = lazy_compile(r'0/(?P<nodes>\d+) nodes are available: (?P<reasons>.*)', re.S)
_REASON = lazy_compile(r'(?P<count>\d+) (?:node\(s\) )?(?P<words>.*)', re.S)
_REASON_SEPARATOR = lazy_compile(r', (?=\d+ )')
_INSUFFICIENT = lazy_compile(r'Insufficient (\S+)')
_SCALE_UP_REASONS = ('TriggeredScaleUp', 'Nominated', 'NominatePod')
_AUTOSCALERS = ('cluster-autoscaler', 'karpenter')


class Autoscaler(NamedTuple):
    """The last reaction of an autoscaler to a pod.

    - `tolerance_seconds`: None if no autoscaler has reacted.
    - `message`: no sentence or one.
    """

    tolerance_seconds: float | None = None
    message: tuple[str, ...] = ()


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Yield the reason why a pod has no node, unless it is a volume or a scheduling gate."""
    if get_str(pod, 'spec', 'nodeName') or get_dicts(pod, 'spec', 'schedulingGates'):
        return
    if phase(pod) != 'Pending' or volume_claims.is_waiting(view, pod):
        return
    scheduled = condition(pod, 'PodScheduled')
    if scheduled.get('status') == 'False':
        yield unschedulable(view, pod, scheduled)
    elif _is_unseen(view, pod):
        scheduler = get_str(pod, 'spec', 'schedulerName') or 'default-scheduler'
        message = f'no scheduler has handled the pod: check that scheduler "{scheduler}" is running'
        yield _cause(view, pod, 'Pending', message)._replace(tolerance_seconds=NO_SCHEDULER)


def _is_unseen(view: View, pod: Object) -> bool:
    moment = silent_at(pod)
    return moment is not None and view.now >= moment


def silent_at(pod: Object) -> float | None:
    """Return when a pod that no scheduler has handled is treated as ignored (epoch seconds).

    None if one has.
    """
    is_known = condition(pod, 'PodScheduled') or _nominated(pod) or get_str(pod, 'spec', 'nodeName')
    if is_known or any(container.status for container in containers(pod)):
        return None
    return created_at(pod) + NO_SCHEDULER_SECONDS


def unschedulable(view: View, pod: Object, scheduled: Object) -> Cause:
    """Return the cause of a pod whose condition PodScheduled is False."""
    autoscaler = autoscaler_reaction(view, pod)
    message = message_of(scheduled)
    cause = _cause(
        view, pod, get_str(scheduled, 'reason') or 'Unschedulable', _sentence(pod, message)
    )
    return cause._replace(
        clock_paused=bool(_nominated(pod)) or any_terminating(view),
        tolerance_seconds=autoscaler.tolerance_seconds,
        evidence=(*autoscaler.message, *_node_evidence(view, pod, message)),
        lookups=(_ALL_NODES,),
    )


def _node_evidence(view: View, pod: Object, message: str) -> Iterator[str]:
    answer = view.answers.get(_ALL_NODES)
    return node_fit.describe_nodes(answer.objects, pod, message) if answer else iter(())


def _cause(view: View, pod: Object, reason: str, message: str) -> Cause:
    return Cause(
        code='Unschedulable',
        reason=reason,
        subject='node',
        message=message,
        pods=(name(pod),),
        suggested_commands=(f'kubectl describe pod -n {view.target.namespace} {name(pod)}',),
    )


def _nominated(pod: Object) -> str:
    return get_str(pod, 'status', 'nominatedNodeName')


def autoscaler_reaction(view: View, pod: Object) -> Autoscaler:
    """Return the last reaction of the cluster autoscaler or Karpenter to a pod."""
    events = [
        event for event in view.kube_events_by_uid.get(uid(pod), ()) if _is_from_autoscaler(event)
    ]
    if not events:
        return Autoscaler()
    newest = max(events, key=last_seen_at)
    seconds = SCALE_UP_SECONDS if newest.get('reason') in _SCALE_UP_REASONS else AUTOSCALER_SECONDS
    return Autoscaler(seconds, (f'autoscaler: {event_message(newest)}',))


def _is_from_autoscaler(event: Object) -> bool:
    component = get_str(event, 'source', 'component') or get_str(event, 'reportingComponent')
    known = (*_SCALE_UP_REASONS, 'NotTriggerScaleUp')
    return event.get('reason') in known or any(
        autoscaler in component for autoscaler in _AUTOSCALERS
    )


def _sentence(pod: Object, message: str) -> str:
    """Return a sentence like `0 of 5 nodes fit: 3 Insufficient cpu (requests 8)`."""
    text = message.partition(' preemption: ')[0].rstrip('. ')
    match = _NO_NODE.fullmatch(text)
    if match is None:
        return f'no node fits the pod: {text or "no reason given"}'
    reasons = [
        _describe_reason(pod, reason) for reason in _REASON_SEPARATOR.split(match['reasons'])
    ]
    return f'0 of {match["nodes"]} nodes fit: {", ".join(reasons)}'


def _describe_reason(pod: Object, reason: str) -> str:
    match = _REASON.fullmatch(reason)
    if match is None:
        return reason
    request = _describe_request(pod, match['words'])
    return f'{match["count"]} {match["words"]}{f" (requests {request})" if request else ""}'


def _describe_request(pod: Object, reason: str) -> str:
    """Return how much of the missing resource the pod requests; empty if that is not known."""
    insufficient = _INSUFFICIENT.match(reason)
    if insufficient:
        return requested(pod, insufficient[1])
    if 'node affinity/selector' in reason:
        wanted = get_dict(pod, 'spec', 'nodeSelector')
        return ', '.join(f'{key}={value}' for key, value in sorted(wanted.items()))
    if 'free ports' in reason:
        return ', '.join(
            f'hostPort {port["hostPort"]}'
            for container in containers(pod)
            for port in get_dicts(container.spec, 'ports')
            if port.get('hostPort')
        )
    return ''
