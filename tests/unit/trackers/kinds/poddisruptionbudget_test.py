from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import poddisruptionbudget as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


def budget(status, reason='InsufficientPods'):
    condition = {'type': 'DisruptionAllowed', 'status': status, 'reason': reason, 'message': 'why'}
    return manifest(
        'PodDisruptionBudget', conditions=[condition], currentHealthy=1, desiredHealthy=2
    )


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
        pytest.param(budget('True'), 'ready', '', (), id='allows'),
        pytest.param(manifest('PodDisruptionBudget'), 'ready', '', (), id='an old server'),
        pytest.param(
            budget('False'),
            'ready',
            '',
            ('allows no disruptions now: 1 healthy pod, 2 required',),
            id='allows none',
        ),
        pytest.param(
            budget('False', 'SyncFailed'),
            'ready',
            '',
            ('allows no disruptions: why (SyncFailed)',),
            id='cannot be assessed',
        ),
        pytest.param(
            manifest('PodDisruptionBudget', observedGeneration=None),
            'progressing',
            'the controller to see the change',
            (),
            id='new',
        ),
        pytest.param(
            {'metadata': {'generation': 1}},
            'progressing',
            'the controller to see the change',
            (),
            id='no status',
        ),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices
