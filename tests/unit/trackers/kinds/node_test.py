from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import node as tracker
from tests.unit.builders import ago
from tests.unit.builders import thing
from tests.unit.builders import view


def node(spec=None, **conditions):
    told = [
        {'type': key, 'status': value, 'reason': 'R', 'message': 'why'}
        for key, value in conditions.items()
    ]
    return thing('Node', spec=spec, conditions=told)


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
        pytest.param(node(Ready='True'), 'ready', '', (), id='ready'),
        pytest.param(
            node(Ready='False'),
            'progressing',
            'its kubelet to be ready: why (R)',
            (),
            id='not ready',
        ),
        pytest.param(
            node(Ready='Unknown'), 'progressing', 'its kubelet to be ready: why (R)', (), id='lost'
        ),
        pytest.param({}, 'progressing', 'its kubelet to be ready', (), id='empty'),
        pytest.param(
            node({'unschedulable': True}, Ready='True', DiskPressure='True', PIDPressure='False'),
            'ready',
            '',
            ('is cordoned (spec.unschedulable): it takes no new pods', 'has DiskPressure: why (R)'),
            id='kept from taking pods',
        ),
    ),
)
def test_state(one, state, told, notices):
    judged = tracker.assess(view(one))
    assert (judged.state, judged.waits_for or judged.message) == (state, told)
    assert judged.notices == notices
