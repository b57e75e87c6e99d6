from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import apiservice as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


def service(status):
    condition = {'type': 'Available', 'status': status}
    return manifest(
        'APIService',
        conditions=[{**condition, 'reason': 'MissingEndpoints', 'message': 'no endpoints'}],
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
        pytest.param(service('True'), 'ready', '', (), id='answers'),
        pytest.param(
            service('False'),
            'progressing',
            'its server to become available: no endpoints (MissingEndpoints)',
            (),
            id='does not answer',
        ),
        pytest.param({}, 'progressing', 'the first check of its server', (), id='empty'),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices


def test_the_reason_is_the_servers_own_word():
    assert tracker.assess(view(service('False'))).reason == 'MissingEndpoints'
