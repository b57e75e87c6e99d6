from __future__ import annotations

import pytest

from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import replicaset as tracker
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import workload

TARGET = Target(REPLICASETS, 'shop', 'web')
REFUSED = {'type': 'ReplicaFailure', 'status': 'True', 'message': 'exceeded quota'}


def replicas(desired=2, **fields):
    counts = {'replicas': desired, 'readyReplicas': desired, 'availableReplicas': desired}
    spec = {'replicas': desired, **fields.pop('spec', {})}
    return workload('ReplicaSet', spec=spec, **{**counts, **fields})


def assess(obj, *others, **fields):
    return tracker.assess(view(obj, *others, target=TARGET, **fields))


@pytest.mark.parametrize(
    ('obj', 'state', 'waits_for'),
    (
        pytest.param(replicas(), 'ready', '', id='all counts equal'),
        pytest.param(replicas(0), 'ready', '', id='scaled to zero'),
        pytest.param(
            replicas(replicas=1), 'progressing', '1 of 2 pods to be created', id='one lacks'
        ),
        pytest.param(
            replicas(replicas=1, conditions=[{**REFUSED, 'status': 'False'}]),
            'progressing',
            '1 of 2 pods to be created',
            id='no longer refused',
        ),
        pytest.param(
            replicas(replicas=1, conditions=[REFUSED]),
            'progressing',
            'pods that cannot be created: exceeded quota',
            id='refused',
        ),
        pytest.param(
            replicas(replicas=3), 'progressing', '1 surplus pod to terminate', id='too many'
        ),
        pytest.param(
            replicas(availableReplicas=0),
            'progressing',
            '2 of 2 pods to become available',
            id='not available',
        ),
        pytest.param(
            replicas(observedGeneration=2),
            'progressing',
            'the controller to see the change',
            id='generation not observed',
        ),
        pytest.param(
            replicas(meta={'deletionTimestamp': ago(1)}), 'deleting', '', id='being deleted'
        ),
        pytest.param(
            {'kind': 'ReplicaSet'},
            'progressing',
            '1 of 1 pod to be created',
            id='nothing but a kind',
        ),
    ),
)
def test_state_by_counts(obj, state, waits_for):
    assessment = assess(obj)
    assert (assessment.state, assessment.waits_for) == (state, waits_for)


def test_its_living_pods_are_the_updated_ones_and_have_to_last():
    living = pod(status(state=running(4)), owner='replicaset-web', name='a', ready=True)
    going = pod(owner='replicaset-web', name='b', deleting=True)
    assessment = assess(replicas(1, template={'containers': [container()]}), living, going)
    assert (assessment.pods, assessment.other_pods) == ((living,), (going,))
    assert (assessment.reason, assessment.recheck_at) == ('Settling', NOW + 6)


@pytest.mark.parametrize(
    ('selector', 'labels'),
    (
        ({'matchLabels': {'app': 'web'}}, 'app=web'),
        ({'app': 'web', 'tier': 'a'}, 'app=web,tier=a'),
    ),
)
def test_wants_its_pods_by_its_selector_of_either_kind(selector, labels):
    obj = replicas(spec={'selector': selector})
    assert tracker.wants(view(obj, target=TARGET)) == (Watch(PODS, 'shop', labels),)
