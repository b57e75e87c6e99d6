from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import exists as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


@pytest.mark.parametrize(
    ('obj', 'state'),
    (
        ({}, 'ready'),
        ({'kind': 'NetworkPolicy', 'metadata': {'generation': 1}, 'status': {}}, 'ready'),
        (manifest('Role', meta={'deletionTimestamp': ago(1)}), 'deleting'),
    ),
)
def test_to_be_there_is_to_be_ready(obj, state):
    assert tracker.assess(view(obj)).state == state
