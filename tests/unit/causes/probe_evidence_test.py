from __future__ import annotations

import pytest

from kubectl_dog.causes.probe_evidence import describe_probe
from kubectl_dog.causes.probe_evidence import find_kill
from kubectl_dog.causes.probe_evidence import last_answer
from kubectl_dog.model.pods import containers
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import status

# It fails after 5 + 2 * 5 seconds.
LIVENESS = {'tcpSocket': {'port': 8081}, 'initialDelaySeconds': 5, 'periodSeconds': 5}
KILLING = ('Killing', 'Container main failed liveness probe, will be restarted')
UNHEALTHY = ('Unhealthy', 'Liveness probe failed: connection refused')


def kill(*events, lived=20, code=137, reason='Error', grace=2, at=None, **probes):
    """The kill of an instance that ended 5 s ago; the events are an hour old unless `at` is set."""
    probes = probes or {'livenessProbe': LIVENESS}
    last = ended(code, reason, lived=lived, at=5)
    obj = pod(status(last=last, restarts=9), containers=[container(**probes)])
    kube_events = tuple(kube_event(obj, *event, at=at or 3600) for event in events)
    return find_kill(containers(obj)[0], kube_events, grace)


@pytest.mark.parametrize(
    ('events', 'fields', 'result'),
    (
        pytest.param([KILLING], {'at': 5, 'code': 0}, ('Liveness', True), id='reported now'),
        pytest.param([KILLING], {}, ('Liveness', True), id='reported for an earlier instance'),
        pytest.param([KILLING], {'code': 143}, ('Liveness', True), id='ends at SIGTERM'),
        pytest.param([KILLING], {'code': 1}, None, id='ends by itself'),
        pytest.param([KILLING], {'lived': 5}, None, id='too short for the probe'),
        pytest.param([KILLING], {'reason': 'OOMKilled'}, None, id='out of memory'),
        pytest.param([UNHEALTHY], {'at': 6}, ('Liveness', True), id='unhealthy before killing'),
        pytest.param([UNHEALTHY], {'at': 6, 'code': 1}, None, id='unhealthy, ends by itself'),
        pytest.param([UNHEALTHY], {}, ('Liveness', True), id='was unhealthy'),
        pytest.param([('Killing', 'Stopping container main')], {'lived': 9}, None, id='stopped'),
        pytest.param([], {}, ('Liveness', False), id='no kube event, by its exit code'),
        pytest.param([], {'code': 143}, None, id='no kube event, any may send SIGTERM'),
        pytest.param([], {'grace': 30}, None, id='too short for the grace period'),
        pytest.param([], {'livenessProbe': {**LIVENESS, 'failureThreshold': 9}}, None, id='later'),
        pytest.param(
            [],
            {'livenessProbe': {**LIVENESS, 'terminationGracePeriodSeconds': 90}},
            None,
            id='too short for the grace period of the probe',
        ),
        pytest.param([], {'startupProbe': LIVENESS}, ('Startup', False), id='startup'),
        pytest.param(
            [], {'startupProbe': LIVENESS, 'livenessProbe': LIVENESS}, None, id='either of two'
        ),
        pytest.param(
            [UNHEALTHY],
            {'startupProbe': LIVENESS, 'livenessProbe': LIVENESS},
            ('Liveness', True),
            id='either of two, reported',
        ),
        pytest.param([UNHEALTHY], {'readinessProbe': LIVENESS}, None, id='has no such probe'),
    ),
)
def test_finds_the_probe_that_made_the_kubelet_kill_a_container(events, fields, result):
    assert kill(*events, **fields) == result


@pytest.mark.parametrize(
    'times',
    (
        {'series': {'count': 40, 'lastObservedTime': ago(5)}, 'eventTime': ago(3600)},
        {'eventTime': ago(5)},
        {'lastTimestamp': ago(5)},
    ),
)
def test_a_series_of_kube_events_counts_until_its_last_one(times):
    obj = pod(status(last=ended(0, lived=20), restarts=9))
    event = {**kube_event(obj, *KILLING), 'lastTimestamp': None, **times}
    assert find_kill(containers(obj)[0], (event,)) == ('Liveness', True)


def test_a_run_of_unknown_length_proves_nothing():
    last = {'terminated': {'exitCode': 137}}
    obj = pod(status(last=last, restarts=9), containers=[container(livenessProbe=LIVENESS)])
    assert find_kill(containers(obj)[0], ()) is None


def test_reads_the_last_answer_of_a_probe():
    events = [kube_event(pod(), 'Unhealthy', f'Liveness probe failed: {text}') for text in 'ab']
    assert last_answer(tuple(events), 'Liveness') == 'b'
    assert last_answer((kube_event(pod(), 'Unhealthy', 'Liveness probe failed: '),), 'Liveness')
    assert last_answer(tuple(events), 'Readiness') is None


@pytest.mark.parametrize(
    ('spec', 'text'),
    (
        ({'httpGet': {'port': 80, 'path': '/x'}}, 'http :80/x'),
        ({'tcpSocket': {'port': 80}}, 'tcp :80'),
        ({'grpc': {'port': 80}}, 'grpc :80'),
        ({'exec': {'command': ['a', 'b']}}, 'exec a b'),
        ({'exec': {'command': ['a', '--password', 'x']}}, 'exec a --password redacted'),
    ),
)
def test_describes_a_probe(spec, text):
    assert describe_probe(spec) == text
