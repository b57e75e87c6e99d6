from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import node as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


def node(spec=None, **conditions):
    all_conditions = [
        {'type': key, 'status': value, 'reason': 'R', 'message': 'why'}
        for key, value in conditions.items()
    ]
    return manifest('Node', spec=spec, conditions=all_conditions)


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
        pytest.param(node(Ready='True'), 'ready', '', (), id='ready'),
        pytest.param(
            node(Ready='False'),
            'progressing',
            'its kubelet to become ready: why (R)',
            (),
            id='not ready',
        ),
        pytest.param(
            node(Ready='Unknown'),
            'progressing',
            'its kubelet to become ready: why (R)',
            (),
            id='lost',
        ),
        pytest.param({}, 'progressing', 'its kubelet to become ready', (), id='empty'),
        pytest.param(
            node({'unschedulable': True}, Ready='True', DiskPressure='True', PIDPressure='False'),
            'ready',
            '',
            (
                'is cordoned (spec.unschedulable): it accepts no new pods',
                'has DiskPressure: why (R)',
            ),
            id='kept from taking pods',
        ),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices
