"""Describe why nodes do not fit a pod (family "scheduling")."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.causes import quantities
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name

# Number of nodes or labels that are listed.
_MAX_NAMED = 3


def describe_nodes(nodes: Sequence[Object], pod: Object, message: str) -> Iterator[str]:
    """Yield facts about the nodes that relate to the scheduler's message about the pod."""
    if 'untolerated taint' in message:
        yield from _join(
            'node taints', [taints for taints in map(_describe_taints, nodes) if taints]
        )
    for resource in ('cpu', 'memory', 'ephemeral-storage'):
        if f'Insufficient {resource}' in message:
            yield from _largest_node(nodes, pod, resource)
    if 'affinity/selector' in message:
        for key in sorted(get_dict(pod, 'spec', 'nodeSelector')):
            yield from _node_labels(nodes, key)


def _describe_taints(node: Object) -> str:
    taints = [
        f'{get_str(taint, "key")}{"=" if get_str(taint, "value") else ""}{get_str(taint, "value")}'
        f':{get_str(taint, "effect")}'
        for taint in get_dicts(node, 'spec', 'taints')
    ]
    return f'{name(node)} {", ".join(taints)}' if taints else ''


def _largest_node(nodes: Sequence[Object], pod: Object, resource: str) -> Iterator[str]:
    offered = [str(get_dict(node, 'status', 'allocatable').get(resource, '')) for node in nodes]
    largest = max(offered, key=quantities.value, default='')
    if not largest:
        return
    wanted = quantities.value(quantities.requested(pod, resource))
    never = ', less than the pod requests' if wanted > quantities.value(largest) else ''
    yield f'the largest node has {largest} {resource} in total{never}'


def _node_labels(nodes: Sequence[Object], key: str) -> Iterator[str]:
    values = [get_str(node, 'metadata', 'labels', key) for node in nodes]
    labels = sorted({f'{key}={value}' for value in values if value})
    yield from _join('node labels', labels) if labels else [f'no node has the label "{key}"']


def _join(title: str, texts: Sequence[str]) -> Iterator[str]:
    if texts:
        more = f' and {len(texts) - _MAX_NAMED} more' if len(texts) > _MAX_NAMED else ''
        yield f'{title}: {"; ".join(texts[:_MAX_NAMED])}{more}'
