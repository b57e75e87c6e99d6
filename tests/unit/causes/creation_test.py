from __future__ import annotations

import pytest

from kubectl_dog.causes import admission_lookups
from kubectl_dog.causes import creation
from kubectl_dog.model.items import Answer
from kubectl_dog.model.times import format_timestamp
from kubectl_dog.model.wants import Lookup
from tests.unit.builders import NOW
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import view

QUOTA = 'exceeded quota: tiny, requested: pods=1, used: pods=1, limited: pods=1'
ROBOT = 'error looking up service account shop/robot: serviceaccount "robot" not found'
LOOKUP = Lookup(admission_lookups.SERVICE_ACCOUNTS, 'shop')


def controller(kind='ReplicaSet', spec=None, conditions=(), **status):
    return {
        'kind': kind,
        'metadata': {'name': 'web-2', 'uid': 'it'},
        'spec': {'replicas': 2} if spec is None else spec,
        'status': {'conditions': list(conditions), **status},
    }


def failure(message, status='True', reason='FailedCreate'):
    return {'type': 'ReplicaFailure', 'status': status, 'reason': reason, 'message': message}


def failed(workload, message, **fields):
    return kube_event(workload, 'FailedCreate', f'Error creating: {message}', **fields)


def find(workload, *events, **fields):
    return list(creation.find(view(None, *events, **fields), workload))


def test_reads_the_condition_of_a_replica_set():
    workload = controller(conditions=[failure(f'pods "web-2-x" is forbidden: {QUOTA}')], replicas=1)
    [cause] = find(workload)
    assert (cause.code, cause.reason, cause.subject) == ('QuotaExceeded', 'FailedCreate', 'tiny')
    assert cause.suggested_commands == ('kubectl describe quota -n shop tiny',)
    assert (cause.evidence, cause.clock_paused, cause.pods) == ((), False, ())


def test_reads_the_newest_kube_event_and_counts_tries():
    workload = controller(conditions=[failure(QUOTA)], replicas=1)
    old, new = failed(workload, QUOTA, at=9), failed(workload, ROBOT, at=1, count=5)
    [cause] = find(workload, new, old)
    assert (cause.code, cause.subject) == ('ServiceAccountMissing', 'robot')
    assert cause.evidence == ('6 failed attempts by rs/web-2',)


@pytest.mark.parametrize(
    'workload',
    (
        controller(conditions=[failure(QUOTA)], replicas=2),
        controller(conditions=[failure(QUOTA, status='False')], replicas=1),
        controller(conditions=[failure(QUOTA, reason='FailedDelete')], replicas=1),
        controller(replicas=1),
        controller('Deployment', conditions=[failure(QUOTA)]),
        controller('Service'),
        {'kind': 'ReplicaSet'},
        {},
    ),
)
def test_no_cause_without_missing_pods_or_failures(workload):
    assert find(workload) == []


@pytest.mark.parametrize(
    'workload',
    (
        controller('StatefulSet', replicas=1),
        controller('StatefulSet', spec={}),
        controller('DaemonSet', currentNumberScheduled=1, desiredNumberScheduled=2),
        controller('Job', spec={}),
        controller('Job', spec={'parallelism': 2}, active=1),
        controller('Job', spec={'parallelism': 5, 'completions': 3}, active=1, succeeded=1),
    ),
)
def test_reads_the_kube_event_of_other_controllers(workload):
    [cause] = find(workload, failed(workload, ROBOT))
    assert (cause.code, cause.reason) == ('ServiceAccountMissing', 'FailedCreate')
    created = kube_event(workload, 'SuccessfulCreate', 'Created pod: web-2-x', at=0)
    assert find(workload, failed(workload, ROBOT), created) == []
    assert find(workload) == []


@pytest.mark.parametrize(
    'workload',
    (
        controller('StatefulSet', replicas=2),
        controller('DaemonSet', currentNumberScheduled=2, desiredNumberScheduled=2),
        controller('Job', spec={'parallelism': 1}, active=1),
        controller('Job', spec={'completions': 3}, succeeded=3),
        controller('Job', spec={}, conditions=[{'type': 'Complete', 'status': 'True'}]),
        controller('Job', spec={}, conditions=[{'type': 'Failed', 'status': 'True'}]),
    ),
)
def test_a_kube_event_counts_only_while_pods_are_missing(workload):
    assert find(workload, failed(workload, ROBOT)) == []


def test_a_deployment_that_cannot_create_its_replica_set():
    condition = {
        'type': 'Progressing',
        'status': 'False',
        'reason': 'ReplicaSetCreateError',
        'message': f'Failed to create new replica set "web-2": {QUOTA}',
    }
    [cause] = find(controller('Deployment', conditions=[condition]))
    assert (cause.code, cause.reason) == ('QuotaExceeded', 'ReplicaSetCreateError')


@pytest.mark.parametrize(('status', 'count'), (('True', 1), ('False', 0)))
def test_reads_a_deployment_if_replica_sets_are_forbidden(status, count):
    workload = controller('Deployment', conditions=[failure(QUOTA, status)])
    assert len(find(workload, forbidden_kinds=frozenset({'ReplicaSet.apps'}))) == count


@pytest.mark.parametrize(('message', 'clock_paused'), ((QUOTA, True), (ROBOT, False)))
def test_pauses_the_clock_of_a_quota_while_pods_terminate(message, clock_paused):
    terminating = pod(owner='rs-1', deleting=True)
    terminating['metadata']['deletionTimestamp'] = format_timestamp(NOW + 20)
    workload = controller(conditions=[failure(message)], replicas=1)
    [cause] = find(workload, terminating)
    assert cause.clock_paused is clock_paused


def test_the_subject_of_an_unknown_refusal_is_the_controller():
    [cause] = find(controller(conditions=[failure('no way')], replicas=1))
    assert (cause.code, cause.subject) == ('CreateFailed', 'web-2')
    assert cause.suggested_commands == ('kubectl describe replicaset -n shop web-2',)


@pytest.mark.parametrize(
    ('answer', 'recovering', 'evidence'),
    (
        (None, False, ()),
        (Answer('denied'), False, ()),
        (
            Answer('found', ({'metadata': {'name': 'robots'}},)),
            False,
            ('a similar ServiceAccount exists: "robots"',),
        ),
        (
            Answer('found', ({'metadata': {'name': 'robot'}},)),
            True,
            ('ServiceAccount "robot" exists now',),
        ),
    ),
)
def test_adds_similar_service_accounts(answer, recovering, evidence):
    answers = {LOOKUP: answer} if answer else {}
    [cause] = find(controller(conditions=[failure(ROBOT)], replicas=0), answers=answers)
    assert cause.lookups == (LOOKUP,)
    assert (cause.recovering, cause.evidence) == (recovering, evidence)
    assert cause.tolerance_seconds == (60 if recovering else None)


@pytest.mark.parametrize(
    ('tries', 'seconds'),
    ((0, 60), (10, 60), (11, 82), (12, 164), (14, 655), (15, 1000), (9999, 1000)),
)
def test_many_refusals_delay_the_next_try(tries, seconds):
    assert round(creation.next_retry_seconds(tries)) == seconds


def test_a_recovering_refusal_waits_for_the_next_try():
    workload = controller(conditions=[failure(ROBOT)], replicas=0)
    event = kube_event(workload, 'FailedCreate', ROBOT, count=15)
    answer = Answer('found', ({'metadata': {'name': 'robot'}},))
    [cause] = find(workload, event, answers={LOOKUP: answer})
    assert cause.tolerance_seconds == creation.next_retry_seconds(15)
