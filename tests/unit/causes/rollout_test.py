from __future__ import annotations

import pytest

from kubectl_dog.causes import rollout
from kubectl_dog.causes.aggregate import causes_of_pods
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.times import format_timestamp
from tests.unit.builders import NOW
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view

ROLLING = Progress(desired=2, updated=1)


def find(workload, *others, progress=ROLLING):
    assessed = Assessment(State.PROGRESSING, progress=progress, other_pods=others)
    return list(rollout.find(view(workload), assessed, causes_of_pods))


def terminating(name, left=20):
    obj = pod(name=name, deleting=True)
    obj['metadata'].update(
        deletionTimestamp=format_timestamp(NOW + left), deletionGracePeriodSeconds=30
    )
    return obj


def stateful(policy=None, strategy=None, kind='StatefulSet', update='db-new'):
    spec = {'podManagementPolicy': policy} if policy else {}
    if strategy:
        spec['updateStrategy'] = {'type': strategy}
    return {'kind': kind, 'spec': spec, 'status': {'updateRevision': update}}


def old(*statuses, revision='db-old', **fields):
    obj = pod(*statuses, name='db-0', **fields)
    obj['metadata']['labels'] = {'controller-revision-hash': revision}
    return obj


CRASHED = status(state=ended(3), restarts=2)


def test_terminating_pods_explain_missing_pods():
    [cause] = find(None, terminating('b', 20), terminating('a', 10), pod(name='c'))
    assert (cause.code, cause.pods) == ('TerminatingPods', ('a', 'b'))
    assert cause.message == '2 old pods still terminating: a (grace period 30s)'


@pytest.mark.parametrize('progress', (None, Progress(desired=2, updated=2)))
def test_terminating_pods_are_no_cause_without_missing_pods(progress):
    assert find(None, terminating('a'), progress=progress) == []


@pytest.mark.parametrize(
    'workload', (stateful(), stateful('OrderedReady'), stateful(strategy='RollingUpdate'))
)
def test_a_broken_old_pod_blocks_a_stateful_set(workload):
    [cause] = find(workload, old(CRASHED, age=30))
    assert (cause.code, cause.subject, cause.pods) == ('StuckOnOldPod', 'db-0', ('db-0',))
    assert cause.evidence == (
        'CrashLoop: container "main" exited with code 3, less than 2s after it started',
    )
    assert cause.logs[0].uid == 'pod-db-0'
    assert cause.suggested_commands == ('kubectl delete pod -n shop db-0',)


@pytest.mark.parametrize(('age', 'evidence'), ((119, None), (120, ('not ready for 2m',))))
def test_a_slow_old_pod_does_not_block_yet(age, evidence):
    evidence_of_causes = [cause.evidence for cause in find(stateful(), old(status(), age=age))]
    assert evidence_of_causes == ([evidence] if evidence else [])


def test_an_old_pod_without_a_ready_time():
    old_pod = old(status(), age=500)
    old_pod['status']['conditions'] = []
    assert find(stateful(), old_pod) == []


@pytest.mark.parametrize(
    ('workload', 'other'),
    (
        (stateful('Parallel'), old(CRASHED)),
        (stateful(strategy='OnDelete'), old(CRASHED)),
        (stateful(update=''), old(CRASHED)),
        (stateful(kind='Deployment'), old(CRASHED)),
        (stateful(), old(CRASHED, revision='db-new')),
        (stateful(), old(CRASHED, ready=True)),
        (stateful(), old(CRASHED, phase='Failed')),
    ),
)
def test_pods_that_are_replaced_anyway_do_not_block(workload, other):
    assert find(workload, other) == []


@pytest.mark.parametrize(
    ('workload', 'name', 'is_kept'),
    (
        (stateful(), 'db-0', True),
        (stateful(), 'db-1', True),
        (stateful(), 'db-2', False),
        (stateful(), 'db', True),
        (stateful('Parallel'), 'db-0', False),
    ),
)
def test_a_partition_explains_unready_old_pods(workload, name, is_kept):
    workload['spec']['updateStrategy'] = {'rollingUpdate': {'partition': 2}}
    workload['metadata'] = {'name': 'db'}
    other = old(CRASHED)
    other['metadata']['name'] = name
    causes = [cause for cause in find(workload, other) if cause.code == 'Partitioned']
    assert [cause.pods for cause in causes] == ([(name,)] if is_kept else [])
    assert all(cause.message.endswith(f'that are not ready: {name}') for cause in causes)


def test_partitions_need_a_stateful_set_and_counts():
    workload = stateful(kind='Other')
    workload['spec']['updateStrategy'] = {'rollingUpdate': {'partition': 2}}
    assert find(workload, old(CRASHED)) == []
    workload['kind'] = 'StatefulSet'
    codes = [cause.code for cause in find(workload, old(CRASHED), progress=None)]
    assert codes == ['StuckOnOldPod']
