from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import secret as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view

TOKEN = {'type': 'kubernetes.io/service-account-token'}


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
        pytest.param({'type': 'Opaque'}, 'ready', '', (), id='any'),
        pytest.param(TOKEN, 'progressing', 'its token', (), id='no token yet'),
        pytest.param({**TOKEN, 'data': {'token': ''}}, 'ready', '', (), id='its value is not read'),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices
