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
    message = (
        f'container main runs, but its readiness probe fails ({description}): connection refused'
    )
    assert (cause.code, cause.message) == ('NotReady', message)


def test_a_probe_without_an_answer():
    [cause] = find(message='Readiness probe failed: ')
    assert cause.message.endswith(': no word')


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
