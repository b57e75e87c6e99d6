from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import horizontalpodautoscaler as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


def scaler(**conditions):
    all_conditions = [
        {'type': key, 'status': value, 'reason': 'R', 'message': 'why'}
        for key, value in conditions.items()
    ]
    return manifest('HorizontalPodAutoscaler', conditions=all_conditions)


@pytest.mark.parametrize(
    ('obj', 'state', 'text', 'notices'),
    (
        pytest.param(
            manifest('K', meta={'deletionTimestamp': ago(1)}),
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
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices
