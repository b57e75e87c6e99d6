"""Family «scheduling»: what the nodes are like that do not take a pod."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.causes import quantities
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name

# So many of them are named.
_NAMED = 3


def describe_nodes(nodes: Sequence[Object], pod: Object, said: str) -> Iterator[str]:
    """Facts about the nodes that bear on what the scheduler said of the pod."""
    if 'untolerated taint' in said:
        yield from _listed('taints', [each for each in map(_taints, nodes) if each])
    for resource in ('cpu', 'memory', 'ephemeral-storage'):
        if f'Insufficient {resource}' in said:
            yield from _largest(nodes, pod, resource)
    if 'affinity/selector' in said:
        for key in sorted(get_dict(pod, 'spec', 'nodeSelector')):
            yield from _labels(nodes, key)


def _taints(node: Object) -> str:
    taints = [
        f'{get_str(one, "key")}{"=" if get_str(one, "value") else ""}{get_str(one, "value")}'
        f':{get_str(one, "effect")}'
        for one in get_dicts(node, 'spec', 'taints')
    ]
    return f'{name(node)} {", ".join(taints)}' if taints else ''


def _largest(nodes: Sequence[Object], pod: Object, resource: str) -> Iterator[str]:
    offered = [str(get_dict(one, 'status', 'allocatable').get(resource, '')) for one in nodes]
    largest = max(offered, key=quantities.value, default='')
    if not largest:
        return
    wished = quantities.value(quantities.requested(pod, resource))
    never = ', so that none will ever do' if wished > quantities.value(largest) else ''
    yield f'the largest node has {largest} {resource} in all{never}'


def _labels(nodes: Sequence[Object], key: str) -> Iterator[str]:
    values = [get_str(one, 'metadata', 'labels', key) for one in nodes]
    told = sorted({f'{key}={value}' for value in values if value})
    yield from _listed('nodes have', told) if told else iter((f'no node has the label {key}',))


def _listed(what: str, told: Sequence[str]) -> Iterator[str]:
    if told:
        more = f' and {len(told) - _NAMED} more' if len(told) > _NAMED else ''
        yield f'{what}: {"; ".join(told[:_NAMED])}{more}'
