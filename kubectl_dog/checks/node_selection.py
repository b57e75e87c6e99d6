"""Compare a pod with nodes as the scheduler does, without the pods that run on them."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from kubectl_dog.causes import quantities
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers

# Taints that the cluster adds and removes by itself.
_PASSING_TAINTS = ('node.kubernetes.io/', 'node.cloudprovider.kubernetes.io/')
_PASSING_KEYS = ('ToBeDeletedByClusterAutoscaler', 'DeletionCandidateOfClusterAutoscaler')
_HARD_EFFECTS = ('NoSchedule', 'NoExecute')
UNTOLERATED = 'node(s) had untolerated taint(s)'
_UNSCHEDULABLE = 'node(s) were unschedulable'
_NO_MATCH = "node(s) didn't match Pod's node affinity/selector"
# Reasons that may end without any change of the pod.
PASSING = ('node(s) had untolerated taints that pass', _UNSCHEDULABLE)


def misfits(pod: Object, nodes: Iterable[Object], is_daemon: bool = False) -> Iterator[str]:
    """Yield, for each node, why a pod does not fit, as the scheduler writes it; '' if it fits."""
    wanted = {
        resource: quantities.value(quantities.requested(pod, resource))
        for resource in sorted(_requested_resources(pod))
    }
    for node in nodes:
        yield _misfit(pod, node, is_daemon, wanted) or _shortage(wanted, node)


def _misfit(pod: Object, node: Object, is_daemon: bool, wanted: Container[str]) -> str:
    # Many clusters add a toleration for the taint of an extended resource that a pod requests.
    untolerated = [
        taint
        for taint in _hard_taints(node)
        if get_str(taint, 'key') not in wanted and not _is_tolerated(pod, taint)
    ]
    if is_daemon:
        untolerated = [taint for taint in untolerated if not _is_passing(taint)]
    elif get_dict(node, 'spec').get('unschedulable') is True:
        return _UNSCHEDULABLE
    if not all(map(_is_passing, untolerated)):
        return UNTOLERATED
    if not matches_labels(pod, node):
        return _NO_MATCH
    return PASSING[0] if untolerated else ''


def _shortage(wanted: Mapping[str, float], node: Object) -> str:
    allocatable = get_dict(node, 'status', 'allocatable')
    for resource, amount in wanted.items():
        if amount > quantities.value(str(allocatable.get(resource, '0'))):
            return f'Insufficient {resource}'
    return ''


def matches_labels(pod: Object, node: Object) -> bool:
    """Return whether a node has what the selector and the required affinity of a pod ask for."""
    labels = get_dict(node, 'metadata', 'labels')
    for key, value in get_dict(pod, 'spec', 'nodeSelector').items():
        if labels.get(key) != value:
            return False
    required = get_dict(
        pod, 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'
    )
    terms = get_dicts(required, 'nodeSelectorTerms')
    return not terms or any(_matches_term(term, node, labels) for term in terms)


def _matches_term(term: Object, node: Object, labels: Mapping[str, Any]) -> bool:
    rules = get_dicts(term, 'matchExpressions')
    fields = get_dicts(term, 'matchFields')
    # A term without rules matches no node.
    if not rules and not fields:
        return False
    names = {'metadata.name': name(node)}
    return all(_matches(rule, labels) for rule in rules) and all(
        _matches(rule, names) for rule in fields
    )


def _matches(rule: Object, labels: Mapping[str, Any]) -> bool:
    value = labels.get(get_str(rule, 'key'))
    listed = rule.get('values')
    values = listed if isinstance(listed, list) else []
    operator = get_str(rule, 'operator')
    if operator in ('Gt', 'Lt'):
        return _compare(operator, value, values)
    return {
        'In': value is not None and value in values,
        'NotIn': value is None or value not in values,
        'Exists': value is not None,
        'DoesNotExist': value is None,
    }.get(operator, True)


def _compare(operator: str, value: Any, values: Iterable[Any]) -> bool:
    try:
        have, limit = int(value), int(*values)
    except (TypeError, ValueError):
        return False
    return have > limit if operator == 'Gt' else have < limit


def _hard_taints(node: Object) -> list[Object]:
    taints = get_dicts(node, 'spec', 'taints')
    return [taint for taint in taints if get_str(taint, 'effect') in _HARD_EFFECTS]


def _is_passing(taint: Object) -> bool:
    key = get_str(taint, 'key')
    return key.startswith(_PASSING_TAINTS) or key in _PASSING_KEYS


def _is_tolerated(pod: Object, taint: Object) -> bool:
    return any(_tolerates(entry, taint) for entry in get_dicts(pod, 'spec', 'tolerations'))


def _tolerates(toleration: Object, taint: Object) -> bool:
    effect, key = get_str(toleration, 'effect'), get_str(toleration, 'key')
    if effect and effect != get_str(taint, 'effect'):
        return False
    if get_str(toleration, 'operator') == 'Exists':
        return not key or key == get_str(taint, 'key')
    # Other operators, such as Gt, are not compared.
    is_equal = get_str(toleration, 'operator') in ('', 'Equal')
    same_value = get_str(toleration, 'value') == get_str(taint, 'value')
    return key == get_str(taint, 'key') and (same_value or not is_equal)


def _requested_resources(pod: Object) -> set[str]:
    return {
        resource
        for container in containers(pod)
        for resource in get_dict(container.spec, 'resources', 'requests')
    }
