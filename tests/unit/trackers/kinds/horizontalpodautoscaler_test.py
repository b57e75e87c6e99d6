from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import horizontalpodautoscaler as tracker
from tests.unit.builders import ago
from tests.unit.builders import thing
from tests.unit.builders import view


def scaler(**conditions):
    told = [
        {'type': key, 'status': value, 'reason': 'R', 'message': 'why'}
        for key, value in conditions.items()
    ]
    return thing('HorizontalPodAutoscaler', conditions=told)


@pytest.mark.parametrize(
    ('one', 'state', 'told', 'notices'),
    (
        pytest.param(
            thing('K', meta={'deletionTimestamp': ago(1)}),
            'deleting',
            'is being deleted',
            (),
            id='being deleted',
        ),
        pytest.param(
            scaler(AbleToScale='True', ScalingActive='True'), 'ready', '', (), id='scales'
        ),
        pytest.param(
            scaler(AbleToScale='True', ScalingActive='False'),
            'ready',
            '',
            ('does not scale at the moment: why (R)',),
            id='no metrics',
        ),
        pytest.param(
            scaler(AbleToScale='False'),
            'ready',
            '',
            ('cannot reach what it scales: why (R)',),
            id='no target',
        ),
        pytest.param(scaler(), 'progressing', 'the autoscaler to look at it', (), id='new'),
        pytest.param({}, 'progressing', 'the autoscaler to look at it', (), id='empty'),
        pytest.param({'apiVersion': 'autoscaling/v1'}, 'ready', '', (), id='autoscaling/v1'),
    ),
)
def test_state(one, state, told, notices):
    judged = tracker.assess(view(one))
    assert (judged.state, judged.waits_for or judged.message) == (state, told)
    assert judged.notices == notices
