from __future__ import annotations

import pytest

from kubectl_dog.causes import probes
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view

REFUSED = 'Readiness probe failed: connection refused'
FIELD = 'spec.containers{main}'


def find(probe=None, state=None, ready=False, reason='Unhealthy', message=REFUSED, field=FIELD):
    spec = container(readinessProbe=probe or {'tcpSocket': {'port': 5432}})
    obj = pod(status(state=state, ready=ready), containers=[spec])
    return list(probes.find(view(None, kube_event(obj, reason, message, field)), obj))


@pytest.mark.parametrize(
    ('probe', 'description'),
    (
        ({'httpGet': {'port': 80, 'path': '/up'}}, 'http :80/up'),
        ({'httpGet': {'port': 'web'}}, 'http :web/'),
        ({'tcpSocket': {'port': 5432}}, 'tcp :5432'),
        ({'grpc': {'port': 9}}, 'grpc :9'),
        ({'exec': {'command': ['test', '-f', '/x']}}, 'exec test -f /x'),
    ),
)
def test_describes_the_probe_and_its_answer(probe, description):
    [cause] = find(probe)
    fact = 'container "main" is running, but its readiness probe fails'
    assert (cause.code, cause.message) == (
        'NotReady',
        f'{fact} ({description}): connection refused',
    )


def test_a_probe_without_an_answer():
    [cause] = find(message='Readiness probe failed: ')
    assert cause.message.endswith(': no message')


@pytest.mark.parametrize(
    'fields',
    (
        {'ready': True},
        {'state': ended(1)},
        {'reason': 'Killing'},
        {'message': 'Liveness probe failed: x'},
        {'field': 'spec.containers{other}'},
    ),
)
def test_no_cause_for_ready_ended_or_unprobed_containers(fields):
    assert find(**fields) == []


GATE = 'target-health.example.com/web'


def gated(*conditions, ready='False', containers_ready='True'):
    obj = pod(status(ready=True), containers=[container()])
    obj['spec']['readinessGates'] = [{'conditionType': GATE}]
    states = {'ContainersReady': containers_ready, 'Ready': ready}
    obj['status']['conditions'] = [{'type': kind, 'status': s} for kind, s in states.items()]
    obj['status']['conditions'] += conditions
    return list(probes.find(view(None), obj))


@pytest.mark.parametrize(
    ('conditions', 'message'),
    (
        ((), f'readiness gate "{GATE}" is not set'),
        (
            ({'type': GATE, 'status': 'False', 'reason': 'Unhealthy', 'message': '404'},),
            f'readiness gate "{GATE}" is False: Unhealthy: 404',
        ),
    ),
)
def test_an_unmet_readiness_gate_is_named(conditions, message):
    [cause] = gated(*conditions)
    assert (cause.code, cause.subject, cause.message) == ('NotReady', GATE, message)


@pytest.mark.parametrize(
    'fields', ({'ready': 'True'}, {'containers_ready': 'False'}), ids=('ready', 'not its turn')
)
def test_no_cause_for_gates_that_do_not_matter(fields):
    assert gated(**fields) == []


def test_no_cause_for_a_gate_that_is_met():
    assert gated({'type': GATE, 'status': 'True'}) == []
