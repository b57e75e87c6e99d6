from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import namespace as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view

HELD = [
    {'type': 'A', 'status': 'True', 'message': 'Some content remains: pods. has 1 instances.'},
    {'type': 'B', 'status': 'False', 'message': 'All content deleted'},
    {'type': 'C', 'status': 'True'},
    {'type': 'D', 'status': 'True', 'message': 'Some finalizers remain'},
]
GOING = {'deletionTimestamp': ago(1)}


@pytest.mark.parametrize(
    ('obj', 'state', 'text'),
    (
        (manifest('Namespace', phase='Active'), 'ready', ''),
        ({}, 'progressing', 'it to become active'),
        (manifest('Namespace', phase='Terminating'), 'deleting', 'is being deleted'),
        (manifest('Namespace', phase='Active', meta=GOING), 'deleting', 'is being deleted'),
        (
            manifest('Namespace', phase='Terminating', conditions=HELD),
            'deleting',
            'is being deleted: Some content remains: pods. has 1 instances; Some finalizers remain',
        ),
    ),
)
def test_state(obj, state, text):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
