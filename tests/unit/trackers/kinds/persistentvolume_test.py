from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import persistentvolume as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


def volume(phase, policy='', **status):
    spec = {'persistentVolumeReclaimPolicy': policy, 'claimRef': {'name': 'data'}}
    return manifest('PersistentVolume', spec=spec, phase=phase, **status)


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
        pytest.param(volume('Available'), 'ready', '', (), id='free'),
        pytest.param(volume('Bound'), 'ready', '', (), id='bound'),
        pytest.param(volume('Pending'), 'progressing', 'it to become available', (), id='pending'),
        pytest.param({}, 'progressing', 'it to become available', (), id='empty'),
        pytest.param(
            volume('Failed', reason='RecyclerFailed', message='no plugin'),
            'failed',
            'no plugin',
            (),
            id='failed',
        ),
        pytest.param(
            volume('Failed'), 'failed', 'could not be reclaimed', (), id='failed without a word'
        ),
        pytest.param(
            volume('Released', 'Delete'),
            'progressing',
            'its volume to be reclaimed',
            (),
            id='on its way out',
        ),
        pytest.param(
            volume('Released', 'Retain'),
            'paused',
            'was released by claim "data" and is retained: delete it or remove spec.claimRef',
            (),
            id='kept',
        ),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices


@pytest.mark.parametrize(
    ('status', 'text'), (({'reason': 'RecyclerFailed'}, 'RecyclerFailed'), ({}, 'Failed'))
)
def test_a_failure_has_a_reason(status, text):
    assert tracker.assess(view(volume('Failed', **status))).reason == text
