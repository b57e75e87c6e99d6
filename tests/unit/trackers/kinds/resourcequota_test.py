from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import resourcequota as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


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
            manifest('ResourceQuota', spec={'hard': {'pods': '4'}}, hard={'pods': '4'}),
            'ready',
            '',
            (),
            id='in force',
        ),
        pytest.param(
            manifest('ResourceQuota', spec={'hard': {'pods': '4'}}, hard={'pods': '3'}),
            'progressing',
            'its limits to take effect',
            (),
            id='changed',
        ),
        pytest.param(
            {'spec': {'hard': {'pods': '4'}}},
            'progressing',
            'its limits to take effect',
            (),
            id='new',
        ),
        pytest.param({}, 'ready', '', (), id='empty'),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices
