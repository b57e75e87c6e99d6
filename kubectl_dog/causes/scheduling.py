"""Family «scheduling»: no node takes the pod."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kubectl_dog.causes import node_fit
from kubectl_dog.causes import volume_claims
from kubectl_dog.causes.kube_event_queries import event_message
from kubectl_dog.causes.kube_event_queries import last_seen_at
from kubectl_dog.causes.pod_termination import any_terminating
from kubectl_dog.causes.quantities import requested
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
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

# Where an autoscaler is at work, how long (seconds) it may take to say something, and how long a
# new node may take once it has said that one is coming.
AUTOSCALER_SECONDS = 180.0
SCALE_UP_SECONDS = 600.0
# A scheduler looks at a pod within milliseconds, unless thousands are waiting: after that long
# without a look there is none of that name at work.
NO_SCHEDULER_SECONDS = 5.0
NO_SCHEDULER = 60.0

_ALL_NODES = Lookup(NODES, '', full_object=True)

_NO_NODE = lazy_compile(r'0/(?P<nodes>\d+) nodes are available: (?P<reasons>.*)', re.S)
_REASON = lazy_compile(r'(?P<count>\d+) (?:node\(s\) )?(?P<words>.*)', re.S)
_BETWEEN = lazy_compile(r', (?=\d+ )')
_INSUFFICIENT = lazy_compile(r'Insufficient (\S+)')
_COMING = ('TriggeredScaleUp', 'Nominated', 'NominatePod')
_AUTOSCALERS = ('cluster-autoscaler', 'karpenter')


class Autoscaler(NamedTuple):
    """What an autoscaler last said of a pod; `patience` in seconds, None where there is none."""

    tolerance_seconds: float | None = None
    message: tuple[str, ...] = ()


def find(view: View, pod: Object) -> Iterator[Cause]:
    """Why one pod has no node, unless its volumes are to blame or it is held on purpose."""
    if get_str(pod, 'spec', 'nodeName') or get_dicts(pod, 'spec', 'schedulingGates'):
        return
    if phase(pod) != 'Pending' or volume_claims.is_waiting(view, pod):
        return
    told = condition(pod, 'PodScheduled')
    if told.get('status') == 'False':
        yield _unschedulable(view, pod, told)
    elif _is_unseen(view, pod):
        scheduler = get_str(pod, 'spec', 'schedulerName') or 'default-scheduler'
        message = f'no scheduler has looked at it: is one called {scheduler} running?'
        yield _cause(view, pod, 'Pending', message)._replace(tolerance_seconds=NO_SCHEDULER)


def _is_unseen(view: View, pod: Object) -> bool:
    moment = silent_at(pod)
    return moment is not None and view.now >= moment


def silent_at(pod: Object) -> float | None:
    """When, in epoch seconds, it tells something that no scheduler has said a word about it; None
    where one has.
    """
    is_known = condition(pod, 'PodScheduled') or _nominated(pod) or get_str(pod, 'spec', 'nodeName')
    if is_known or any(one.status for one in containers(pod)):
        return None
    return created_at(pod) + NO_SCHEDULER_SECONDS


def _unschedulable(view: View, pod: Object, told: Object) -> Cause:
    autoscaler = autoscaler_reaction(view, pod)
    said = message_of(told)
    cause = _cause(view, pod, get_str(told, 'reason') or 'Unschedulable', _sentence(pod, said))
    return cause._replace(
        clock_paused=bool(_nominated(pod)) or any_terminating(view),
        tolerance_seconds=autoscaler.tolerance_seconds,
        evidence=(*autoscaler.message, *_nodes(view, pod, said)),
        lookups=(_ALL_NODES,),
    )


def _nodes(view: View, pod: Object, said: str) -> Iterator[str]:
    answer = view.answers.get(_ALL_NODES)
    return node_fit.describe_nodes(answer.objects, pod, said) if answer else iter(())


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
    """What the cluster autoscaler, or Karpenter, last did about a pod."""
    said = [one for one in view.kube_events_by_uid.get(uid(pod), ()) if _is_autoscalers(one)]
    if not said:
        return Autoscaler()
    last = max(said, key=last_seen_at)
    patience = SCALE_UP_SECONDS if last.get('reason') in _COMING else AUTOSCALER_SECONDS
    return Autoscaler(patience, (f'the autoscaler says: {event_message(last)}',))


def _is_autoscalers(event: Object) -> bool:
    who = get_str(event, 'source', 'component') or get_str(event, 'reportingComponent')
    known = (*_COMING, 'NotTriggerScaleUp')
    return event.get('reason') in known or any(one in who for one in _AUTOSCALERS)


def _sentence(pod: Object, said: str) -> str:
    """`0 of 5 nodes fit: 3 Insufficient cpu (asks 8), 2 had untolerated taint {gpu: true}`."""
    core = said.partition(' preemption: ')[0].rstrip('. ')
    none = _NO_NODE.fullmatch(core)
    if none is None:
        return f'no node takes it: {core or "the scheduler does not say why"}'
    reasons = [_reason(pod, one) for one in _BETWEEN.split(none['reasons'])]
    return f'0 of {none["nodes"]} nodes fit: {", ".join(reasons)}'


def _reason(pod: Object, said: str) -> str:
    match = _REASON.fullmatch(said)
    if match is None:
        return said
    wish = _wish(pod, match['words'])
    return f'{match["count"]} {match["words"]}{f" (asks {wish})" if wish else ""}'


def _wish(pod: Object, said: str) -> str:
    """What the pod asks for where a node does not give it; empty where it cannot be said."""
    lacking = _INSUFFICIENT.match(said)
    if lacking:
        return requested(pod, lacking[1])
    if 'node affinity/selector' in said:
        wanted = get_dict(pod, 'spec', 'nodeSelector')
        return ', '.join(f'{key}={value}' for key, value in sorted(wanted.items()))
    if 'free ports' in said:
        ports = (get_dicts(one.spec, 'ports') for one in containers(pod))
        taken = [one['hostPort'] for group in ports for one in group if one.get('hostPort')]
        return ', '.join(f'hostPort {port}' for port in taken)
    return ''
