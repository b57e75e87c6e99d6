from __future__ import annotations

import pytest

from kubectl_dog.causes import node_fit
from kubectl_dog.causes import scheduling
from kubectl_dog.model.items import Answer
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.wants import Lookup
from tests.unit.builders import container
from tests.unit.builders import pod
from tests.unit.builders import view


def node(name, taints=(), labels=None, **allocatable):
    return {
        'metadata': {'name': name, 'labels': labels or {}},
        'spec': {'taints': list(taints)},
        'status': {'allocatable': allocatable},
    }


GPU = {'key': 'gpu', 'value': 'true', 'effect': 'NoSchedule'}
DOWN = {'key': 'node.kubernetes.io/not-ready', 'effect': 'NoExecute'}
WANTS = pod(
    containers=[container(resources={'requests': {'cpu': '3', 'memory': '1Gi'}})],
    nodeSelector={'disk': 'ssd'},
)


@pytest.mark.parametrize(
    ('message', 'nodes', 'facts'),
    (
        (
            '1 node(s) had untolerated taint {gpu: true}',
            [node('a', [GPU, DOWN]), node('b')],
            ['node taints: a gpu=true:NoSchedule, node.kubernetes.io/not-ready:NoExecute'],
        ),
        (
            '5 node(s) had untolerated taint {gpu: true}',
            [node(node_name, [GPU]) for node_name in 'abcde'],
            [
                'node taints: a gpu=true:NoSchedule; b gpu=true:NoSchedule; c '
                'gpu=true:NoSchedule and 2 more'
            ],
        ),
        ('1 node(s) had untolerated taint {gpu: true}', [node('a')], []),
        (
            '2 Insufficient cpu',
            [node('a', cpu='2'), node('b', cpu='500m')],
            ['the largest node has 2 cpu in total, less than the pod requests'],
        ),
        ('1 Insufficient cpu', [node('a', cpu=4)], ['the largest node has 4 cpu in total']),
        (
            '1 Insufficient cpu, 1 Insufficient memory',
            [node('a', cpu='3', memory='2Gi')],
            ['the largest node has 3 cpu in total', 'the largest node has 2Gi memory in total'],
        ),
        ('1 Insufficient cpu', [node('a')], []),
        ('1 Insufficient cpu', [], []),
        (
            "2 node(s) didn't match Pod's node affinity/selector",
            [node('a', labels={'disk': 'hdd'}), node('b', labels={'disk': 'nvme'})],
            ['node labels: disk=hdd; disk=nvme'],
        ),
        (
            "2 node(s) didn't match Pod's node affinity/selector",
            [node('a')],
            ['no node has the label "disk"'],
        ),
        ('1 Too many pods', [node('a', cpu='1')], []),
    ),
)
def test_describes_nodes(message, nodes, facts):
    assert list(node_fit.describe_nodes(nodes, WANTS, message)) == facts


def test_looks_up_nodes_for_an_unschedulable_pod():
    condition = {
        'type': 'PodScheduled',
        'status': 'False',
        'reason': 'Unschedulable',
        'message': '0/1 nodes are available: 1 Insufficient cpu.',
    }
    obj = pod(phase='Pending')
    obj['status']['conditions'].append(condition)
    lookup = Lookup(NODES, '', full_object=True)
    [cause] = scheduling.find(view(), obj)
    assert (cause.lookups, cause.evidence) == ((lookup,), ())
    answers = {lookup: Answer('found', (node('a', cpu='1'),))}
    [cause] = scheduling.find(view(answers=answers), obj)
    assert cause.evidence == ('the largest node has 1 cpu in total',)
