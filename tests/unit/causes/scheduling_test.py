from __future__ import annotations

import pytest

from kubectl_dog.causes import scheduling
from kubectl_dog.model.times import format_timestamp
from tests.unit.builders import NOW
from tests.unit.builders import container
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

CPU = '0/1 nodes are available: 1 Insufficient cpu.'
PREEMPTION = ' preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'
EIGHT = [container(resources={'requests': {'cpu': '8'}})]
PORT = [container(ports=[{'containerPort': 80, 'hostPort': 8765}, {'containerPort': 81}])]


def pending(message=None, reason='Unschedulable', nominated='', statuses=(), **spec):
    obj = pod(*statuses, phase='Pending', **spec)
    if message is not None:
        condition = {
            'type': 'PodScheduled',
            'status': 'False',
            'reason': reason,
            'message': message,
        }
        obj['status']['conditions'].append(condition)
    if nominated:
        obj['status']['nominatedNodeName'] = nominated
    return obj


def find(obj, *events, **fields):
    kube_events = [kube_event(obj, *event) for event in events]
    return list(scheduling.find(view(None, *kube_events, **fields), obj))


@pytest.mark.parametrize(
    ('message', 'spec', 'sentence'),
    (
        (
            CPU + PREEMPTION,
            {'containers': EIGHT},
            '0 of 1 nodes fit: 1 Insufficient cpu (requests 8)',
        ),
        (CPU, {}, '0 of 1 nodes fit: 1 Insufficient cpu'),
        (
            '0/5 nodes are available: 2 node(s) had untolerated taint {gpu: true}, 3 Insufficient'
            ' cpu, 3 Too many pods.',
            {},
            '0 of 5 nodes fit: 2 had untolerated taint {gpu: true}, 3 Insufficient cpu, 3 Too many'
            ' pods',
        ),
        (
            "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
            {'nodeSelector': {'zone': 'b', 'disk': 'ssd'}},
            "0 of 1 nodes fit: 1 didn't match Pod's node affinity/selector (requests disk=ssd, "
            'zone=b)',
        ),
        (
            "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod"
            ' ports.',
            {'containers': PORT},
            "0 of 1 nodes fit: 1 didn't have free ports for the requested pod ports (requests "
            'hostPort'
            ' 8765)',
        ),
        (
            '0/1 nodes are available: something of a plugin.',
            {},
            '0 of 1 nodes fit: something of a plugin',
        ),
        (
            'no nodes available to schedule pods',
            {},
            'no node fits the pod: no nodes available to schedule pods',
        ),
        ('', {}, 'no node fits the pod: no reason given'),
    ),
)
def test_parses_messages_of_the_scheduler(message, spec, sentence):
    [cause] = find(pending(message, **spec))
    assert (cause.code, cause.reason, cause.subject) == ('Unschedulable', 'Unschedulable', 'node')
    assert (cause.message, cause.pods) == (sentence, ('web-1',))
    assert (cause.clock_paused, cause.tolerance_seconds, cause.evidence) == (False, None, ())


@pytest.mark.parametrize(
    'obj',
    (
        pending(CPU, nodeName='node-1'),
        pending(CPU, schedulingGates=[{'name': 'later'}]),
        {**pending(CPU), 'status': {**pending(CPU)['status'], 'phase': 'Failed'}},
        pending('0/1 nodes are available: persistentvolumeclaim "d" not found. not found'),
        pending(age=4),
        pending(nominated='node-1'),
        pending(statuses=(status(state=waiting('ContainerCreating')),)),
    ),
)
def test_ignores_scheduled_and_gated_pods(obj):
    assert find(obj) == []


def test_finds_a_missing_scheduler():
    [cause] = find(pending(schedulerName='nobody', age=5))
    assert (cause.reason, cause.tolerance_seconds) == ('Pending', 60)
    assert (
        cause.message
        == 'no scheduler has handled the pod: check that scheduler "nobody" is running'
    )
    [cause] = find(pending(age=5))
    assert 'default-scheduler' in cause.message


def test_a_scheduler_without_a_reason():
    [cause] = find(pending('binding rejected', reason=''))
    assert cause.reason == 'Unschedulable'


def test_pauses_the_clock_while_room_becomes_free():
    assert find(pending(CPU, nominated='node-1'))[0].clock_paused
    terminating = pod(owner='rs-1', deleting=True)
    terminating['metadata']['deletionTimestamp'] = format_timestamp(NOW + 20)
    [cause] = scheduling.find(view(None, terminating), pending(CPU))
    assert cause.clock_paused


NOT = ('NotTriggerScaleUp', "pod didn't trigger scale-up: 1 max node group size reached", '')
UP = ('TriggeredScaleUp', 'pod triggered scale-up: [{pool 1->2 (max: 5)}]', '')


@pytest.mark.parametrize(
    ('events', 'seconds', 'message'),
    (
        ([('FailedScheduling', CPU, '', 1)], None, None),
        ([(*NOT, 1)], 180, NOT[1]),
        ([(*NOT, 9), (*UP, 1)], 600, UP[1]),
        ([(*UP, 9), (*NOT, 1)], 180, NOT[1]),
        ([('Nominated', 'Pod should schedule on: nodeclaim/a', '', 1)], 600, None),
    ),
)
def test_an_autoscaler_extends_the_tolerance(events, seconds, message):
    [cause] = find(pending(CPU), *events)
    assert cause.tolerance_seconds == seconds
    assert not message or cause.evidence == (f'autoscaler: {message}',)


@pytest.mark.parametrize(
    'source',
    (
        {'source': {'component': 'cluster-autoscaler'}},
        {'source': {}, 'reportingComponent': 'karpenter'},
    ),
)
def test_recognises_autoscalers_by_name(source):
    obj = pending(CPU)
    event = {**kube_event(obj, 'FailedScheduling', 'no node pool fits'), **source}
    [cause] = scheduling.find(view(None, event), obj)
    assert cause.tolerance_seconds == 180
