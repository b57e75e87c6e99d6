from __future__ import annotations

import pytest

from kubectl_dog.causes.aggregate import causes_of_controllers
from kubectl_dog.causes.aggregate import causes_of_pods
from kubectl_dog.causes.aggregate import causes_of_target
from kubectl_dog.causes.aggregate import rank
from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Answer
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.wants import Lookup
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting


def test_merges_the_same_cause_of_many_pods():
    mild = pod(status(state=ended(3)), name='a')
    worse = pod(status(state=ended(3), last=ended(3), restarts=2), name='b')
    [cause] = causes_of_pods(view(), [mild, worse])
    assert (cause.terminations, cause.pods) == (3, ('b', 'a'))
    assert cause.logs[0].uid == 'pod-b'
    assert causes_of_pods(view(), [worse, mild])[0].pods == ('b', 'a')


def test_sorts_informational_causes_last():
    obj = pod(
        status('main', waiting('ErrImagePull', 'not found')),
        phase='Pending',
        inits=[{'name': 'wait'}],
        init_statuses=[status('wait')],
    )
    assert [cause.code for cause in causes_of_pods(view(), [obj])] == [
        'ImageNotFound',
        'InitNotFinished',
    ]


def test_every_code_has_a_family():
    assert all(code.family for code in CODES.values())
    assert CODES['InitNotFinished'].tolerance.is_informational


QUOTA = 'exceeded quota: tiny, requested: pods=1, used: pods=1, limited: pods=1'
DONE = Progress(desired=2, updated=2)


def replica_set_without_pods():
    obj = replica_set(replicas=0)
    failure = {'type': 'ReplicaFailure', 'status': 'True', 'reason': 'FailedCreate'}
    obj['status']['conditions'] = [{**failure, 'message': QUOTA}]
    return obj


def assessment(*pods, others=(), children=(), progress=DONE):
    return Assessment(
        State.PROGRESSING, progress=progress, pods=pods, other_pods=others, children=children
    )


def test_a_target_has_the_causes_of_its_controllers():
    causes = causes_of_target(
        view(deployment()), assessment(children=(replica_set_without_pods(),))
    )
    assert [(cause.code, cause.affects_some_pods) for cause in causes] == [('QuotaExceeded', False)]
    assert (
        causes_of_controllers(view(), [replica_set_without_pods(), replica_set_without_pods()])
        == causes
    )


def test_a_cause_affects_some_pods_unless_the_rollout_is_blocked():
    good, bad = pod(status(), name='a', ready=True), pod(status(state=ended(3)), name='b')
    [cause] = causes_of_target(view(deployment()), assessment(good, bad))
    assert cause.affects_some_pods
    blocked = Progress(desired=2, updated=1, old=1)
    workload = deployment(
        2, spec={'strategy': {'rollingUpdate': {'maxUnavailable': 0}}}, replicas=3
    )
    [cause] = causes_of_target(view(workload), assessment(good, bad, progress=blocked))
    assert not cause.affects_some_pods


def evicted(name, owner='rs-2'):
    obj = pod(name=name, owner=owner, phase='Failed', nodeName='node-1', age=10)
    obj['status'].update(reason='Evicted', message='low on memory')
    return obj


def test_evictions_are_active_until_the_successors_are_ready():
    others = (evicted('a'), evicted('b'), evicted('c', 'rs-1'))
    for ready in (True, False):
        successor = pod(status(), ready=ready, nodeName='node-1')
        assessed = assessment(successor, others=others, children=(replica_set(),))
        [cause] = causes_of_target(view(deployment()), assessed)
        assert (cause.code, cause.terminations, cause.active) == ('Evicted', 2, not ready)
    assessed = assessment(others=others, children=(replica_set(),))
    assert causes_of_target(view(deployment()), assessed)[0].active


def test_a_target_pod_that_was_evicted():
    obj = evicted('web-1')
    assert [cause.code for cause in causes_of_target(view(obj), assessment(obj))] == ['Evicted']


def pending(name, **spec):
    obj = pod(name=name, phase='Pending', **spec)
    condition = {'type': 'PodScheduled', 'status': 'False', 'reason': 'Unschedulable'}
    obj['status']['conditions'].append({**condition, 'message': 'no'})
    return obj


def test_the_longest_tolerance_of_unscheduled_pods_counts():
    first, second, third = (pending(name) for name in 'abc')
    scaling = kube_event(second, 'TriggeredScaleUp', 'coming')
    not_scaling = kube_event(third, 'NotTriggerScaleUp', 'never')
    third['status']['nominatedNodeName'] = 'node-1'
    [cause] = causes_of_pods(view(None, scaling, not_scaling), [first, second, third])
    assert (cause.tolerance_seconds, cause.clock_paused, cause.pods) == (
        600,
        False,
        ('a', 'b', 'c'),
    )
    assert causes_of_pods(view(), [first, pending('d')])[0].tolerance_seconds is None


@pytest.mark.parametrize(('kind', 'informational'), (('Job', True), ('Deployment', False)))
def test_causes_of_a_job_are_informational(kind, informational):
    obj = {'kind': kind, 'metadata': {'uid': 'x'}}
    crashed = pod(status(state=ended(3)), restartPolicy='OnFailure')
    assessed = Assessment(State.PROGRESSING, pods=(crashed,))
    [cause] = causes_of_target(view(obj), assessed)
    assert cause.informational is informational


CRASH = Cause('CrashLoop', '', 'main', '', pods=('a',))


@pytest.mark.parametrize(
    ('better', 'worse'),
    (
        pytest.param(CRASH, CRASH._replace(code='NotReady'), id='specific before general'),
        pytest.param(CRASH, CRASH._replace(active=False), id='what stands first'),
        pytest.param(CRASH._replace(pods=('a', 'b')), CRASH, id='on more pods'),
    ),
)
def test_the_best_explanation_comes_first(better, worse):
    assert rank(better) < rank(worse)


def crashing(name, ends, state=None):
    return pod(status(state=state or ended(3), last=ended(3), restarts=ends - 1), name=name, age=1)


def test_a_merged_cause_is_active_if_it_is_active_on_any_pod():
    again = pod(status(last=ended(3), restarts=9, state=running(1)), name='web-2', age=1)
    unready = pod(status(), name='web-3', containers=[container(**PROBED)])
    event = kube_event(
        unready, 'Unhealthy', 'Readiness probe failed: 503', field='spec.containers{main}'
    )
    causes = causes_of_pods(view(None, event), [unready, again, crashing('web-1', 2)])
    assert [cause.code for cause in causes] == ['CrashLoop', 'NotReady']
    assert (causes[0].active, causes[0].terminations, causes[0].pods) == (
        True,
        9,
        ('web-2', 'web-1'),
    )


def test_a_merged_cause_recovers_per_subject():
    app_missing = waiting('CreateContainerConfigError', 'configmap "app" not found')
    lib_missing = waiting('CreateContainerConfigError', 'configmap "lib" not found')
    answers = {Lookup(CONFIGMAPS, 'shop'): Answer('found', ({'metadata': {'name': 'app'}},))}
    pods = [
        pod(status(state=state), name=f'web-{n}')
        for n, state in enumerate((app_missing, app_missing, lib_missing))
    ]
    recovering = {
        cause.subject: cause.recovering
        for cause in causes_of_pods(view(None, answers=answers), pods)
    }
    assert recovering == {'app': True, 'lib': False}


def test_explains_pods_in_another_namespace():
    """Flux keeps a Kustomization in one namespace, and applies to others."""
    obj = pod(status('main', waiting('ErrImagePull', 'not found')), phase='Pending')
    obj['metadata']['namespace'] = 'shop'
    elsewhere = view()._replace(target=view().target._replace(namespace='flux-system'))
    (cause,) = causes_of_pods(elsewhere, [obj])
    assert '-n shop' in cause.suggested_commands[0]
