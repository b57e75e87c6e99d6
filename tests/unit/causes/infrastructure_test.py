from __future__ import annotations

import pytest

from kubectl_dog.causes import infrastructure
from kubectl_dog.model.items import Answer
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.wants import Lookup
from tests.unit.builders import ago
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

CNI = (
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for'
    ' sandbox "a1": plugin type="bridge" failed (add)'
)
CREATING = status(state=waiting('ContainerCreating'))


def on_node(*statuses, status_fields=None, conditions=(), node='node-1', **fields):
    obj = pod(*statuses, **{'nodeName': node, **fields})
    obj['status'].update(status_fields or {})
    obj['status']['conditions'] += conditions
    return obj


def find(obj, *events):
    kube_events = [kube_event(obj, reason, message, at=at) for reason, message, at in events]
    return [(c.code, c.message) for c in infrastructure.find(view(None, *kube_events), obj)]


def scheduled(seconds):
    return [{'type': 'PodScheduled', 'status': 'True', 'lastTransitionTime': ago(seconds)}]


NOT_READY = ('NodeNotReady', 'Node is not ready')


@pytest.mark.parametrize(
    ('obj', 'events', 'message'),
    (
        (on_node(status(), age=60), [(*NOT_READY, 60)], 'node "node-1" is not ready'),
        (on_node(status(), age=58), [(*NOT_READY, 60)], 'node "node-1" is not ready'),
        (on_node(status(), age=57), [(*NOT_READY, 60)], None),
        (on_node(status(), ready=True), [(*NOT_READY, 1)], None),
        (on_node(status(), phase='Failed'), [(*NOT_READY, 1)], None),
        (on_node(status(), node=''), [(*NOT_READY, 1)], None),
        (on_node(status()), [], None),
        (on_node(status(), status_fields={'reason': 'NodeLost'}), [], 'node "node-1" is lost'),
        (
            on_node(conditions=scheduled(20), phase='Pending'),
            [],
            'node "node-1" has not accepted the pod: its kubelet does not respond',
        ),
        (on_node(conditions=scheduled(19), phase='Pending'), [], None),
        (
            on_node(age=20, phase='Pending'),
            [],
            'node "node-1" has not accepted the pod: its kubelet does not respond',
        ),
        (on_node(status_fields={'startTime': ago(30)}, phase='Pending'), [], None),
    ),
)
def test_finds_silent_nodes(obj, events, message):
    assert find(obj, *events) == ([('NodeNotReady', message)] if message else [])


@pytest.mark.parametrize(
    ('obj', 'events', 'fails'),
    (
        (on_node(CREATING), [('FailedCreatePodSandBox', CNI, 1)], True),
        (on_node(CREATING), [('FailedCreatePodSandBox', CNI, 1), ('Pulling', '', 5)], True),
        (on_node(CREATING), [('FailedCreatePodSandBox', CNI, 5), ('Pulling', '', 1)], False),
        (on_node(status(state=ended())), [('FailedCreatePodSandBox', CNI, 1)], False),
        (
            on_node(CREATING, conditions=[{'type': 'PodReadyToStartContainers', 'status': 'True'}]),
            [('FailedCreatePodSandBox', CNI, 1)],
            False,
        ),
        (on_node(CREATING), [], False),
    ),
)
def test_finds_failed_sandboxes(obj, events, fails):
    message = (
        'node "node-1" cannot set up the network or sandbox of the pod: failed to setup network '
        'for sandbox "a1": plugin type="bridge" failed (add)'
    )
    assert find(obj, *events) == ([('SandboxFailed', message)] if fails else [])


def out(reason, message='', name='web-1', age=30, **fields):
    return on_node(
        phase='Failed',
        status_fields={'reason': reason, 'message': message},
        name=name,
        age=age,
        **fields,
    )


def disrupted(reason, **fields):
    condition = {'type': 'DisruptionTarget', 'status': 'True', 'reason': reason, 'message': 'taken'}
    return on_node(conditions=[condition], **fields)


@pytest.mark.parametrize(
    ('obj', 'code', 'message'),
    (
        (
            out('Evicted', 'Usage of EmptyDir volume "d" exceeds the limit "1Mi". '),
            'Evicted',
            'pod "web-1" was evicted from node "node-1": Usage of EmptyDir volume "d" exceeds '
            'the limit "1Mi".',
        ),
        (
            out('Preempting', 'Preempted in order to admit critical pod'),
            'Preempted',
            'pod "web-1" was preempted by a pod of higher priority on node "node-1": Preempted '
            'in order to admit critical pod',
        ),
        (
            disrupted('PreemptionByScheduler', deleting=True),
            'Preempted',
            'pod "web-1" was preempted by a pod of higher priority on node "node-1": taken',
        ),
        (
            out('Terminated', 'Pod was terminated in response to imminent node shutdown.'),
            'NodeShutdown',
            'pod "web-1" was terminated by the shutdown of node "node-1": Pod was terminated in '
            'response to imminent node shutdown.',
        ),
        (
            out('OutOfcpu'),
            'OutOfResources',
            'pod "web-1" was rejected by node "node-1": no reason given',
        ),
        (
            out('NodeAffinity', 'Pod was rejected'),
            'OutOfResources',
            'pod "web-1" was rejected by node "node-1": Pod was rejected',
        ),
    ),
)
def test_finds_evicted_pods(obj, code, message):
    [cause] = infrastructure.evicted_pods(view(), [obj], is_complete=False)
    assert (cause.code, cause.message, cause.terminations, cause.active) == (code, message, 1, True)
    assert cause.reason


def test_finds_an_evicted_pod_that_succeeded_by_its_kube_event():
    obj = on_node(phase='Succeeded')
    event = kube_event(obj, 'Evicted', 'Usage of EmptyDir volume "d" exceeds the limit "1Mi". ')
    [cause] = infrastructure.evicted_pods(view(None, event), [obj], is_complete=False)
    assert (cause.code, cause.reason) == ('Evicted', 'Evicted')
    assert cause.message.endswith('exceeds the limit "1Mi".')
    still = on_node()
    assert list(infrastructure.evicted_pods(view(None, event), [still], is_complete=False)) == []


def test_counts_evictions_and_reports_the_newest():
    pods = [out('Evicted', 'new', 'b', age=5), out('Evicted', 'old', 'a', age=50)]
    [cause] = infrastructure.evicted_pods(view(), pods, is_complete=True)
    assert (cause.terminations, cause.pods, cause.active) == (2, ('b', 'a'), False)
    assert cause.message.endswith('node "node-1": new')


NODE = 'The node was low on resource: memory. Container main was using 2Gi, request is 1Gi. '
LIMITS = (
    'Usage of EmptyDir volume "d" exceeds the limit "1Mi". ',
    'Container main exceeded its local ephemeral storage limit "1Gi". ',
    'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ',
)


@pytest.mark.parametrize(
    ('messages', 'tolerance', 'command'),
    (
        *(([limit], 2, 'pod -n shop web-0') for limit in LIMITS),
        ([LIMITS[0], LIMITS[1]], 2, 'pod -n shop web-0'),
        ([NODE], None, 'node node-1'),
        ([NODE, LIMITS[0]], None, 'node node-1'),
        ([NODE, LIMITS[0], LIMITS[1]], 2, 'node node-1'),
    ),
)
def test_a_pod_that_exceeds_its_own_limits_is_tolerated_once(messages, tolerance, command):
    pods = [
        out('Evicted', text, f'web-{number}', age=30 + number)
        for number, text in enumerate(messages)
    ]
    [cause] = infrastructure.evicted_pods(view(), pods, is_complete=False)
    assert cause.tolerance_terminations == tolerance
    assert cause.suggested_commands == (f'kubectl describe {command}',)


@pytest.mark.parametrize(
    'obj',
    (
        on_node(status()),
        disrupted('PreemptionByScheduler'),
        on_node(phase='Failed'),
        on_node(deleting=True),
    ),
)
def test_ignores_pods_that_were_not_evicted(obj):
    assert list(infrastructure.evicted_pods(view(), [obj], is_complete=False)) == []


def test_ignores_evictions_long_before_tracking():
    # Tracking began 30 s ago.
    old, late = pod(name='old', age=500), pod(name='late', age=500)
    late['status']['conditions'] = [{'type': 'Ready', 'lastTransitionTime': ago(29)}]
    unknown = pod(name='unknown', age=500)
    unknown['status']['conditions'] = []
    young = pod(name='young', age=140)
    assert infrastructure.within_run(view(), [old, late, unknown, young], 120) == [late, young]


def node(*conditions):
    entries = [
        {'type': kind, 'status': state, 'message': message} for kind, state, message in conditions
    ]
    return Answer('found', ({'status': {'conditions': entries}},))


@pytest.mark.parametrize(
    ('answer', 'evidence'),
    (
        (None, ()),
        (Answer('denied'), ()),
        (node(('Ready', 'True', 'fine'), ('DiskPressure', 'False', 'no')), ()),
        (
            node(('DiskPressure', 'True', 'disk is full'), ('Ready', 'Unknown', 'it stopped.')),
            ('the node is not ready: it stopped', 'the node has DiskPressure: disk is full'),
        ),
        (node(), ('the node is not ready: its kubelet has never reported a status',)),
    ),
)
def test_adds_the_conditions_of_the_node(answer, evidence):
    lookup = Lookup(NODES, '', 'node-1', full_object=True)
    answers = {lookup: answer} if answer else {}
    obj = on_node(status(), status_fields={'reason': 'NodeLost'})
    [cause] = infrastructure.find(view(answers=answers), obj)
    assert (cause.lookups, cause.evidence) == ((lookup,), evidence)
