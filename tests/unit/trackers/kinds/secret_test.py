from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import secret as tracker
from tests.unit.builders import ago
from tests.unit.builders import thing
from tests.unit.builders import view

TOKEN = {'type': 'kubernetes.io/service-account-token'}


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
        pytest.param({'type': 'Opaque'}, 'ready', '', (), id='any'),
        pytest.param(TOKEN, 'progressing', 'its token', (), id='no token yet'),
        pytest.param({**TOKEN, 'data': {'token': ''}}, 'ready', '', (), id='its value is not read'),
    ),
)
def test_state(one, state, told, notices):
    judged = tracker.assess(view(one))
    assert (judged.state, judged.waits_for or judged.message) == (state, told)
    assert judged.notices == notices
