from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import certificatesigningrequest as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


def request(*conditions, **status):
    all_conditions = [{'type': kind, 'reason': 'R', 'message': 'why'} for kind in conditions]
    return manifest('CertificateSigningRequest', conditions=all_conditions, **status)


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
            request(),
            'paused',
            'is not approved: approve or deny it with "kubectl certificate"',
            (),
            id='pending',
        ),
        pytest.param(
            request('Approved'),
            'progressing',
            'its signer to issue the certificate',
            (),
            id='approved',
        ),
        pytest.param(
            manifest('C', spec={'signerName': 'a/b'}, conditions=[{'type': 'Approved'}]),
            'progressing',
            'signer "a/b" to issue the certificate',
            (),
            id='approved, signer known',
        ),
        pytest.param(request('Approved', certificate='PEM'), 'ready', '', (), id='signed'),
        pytest.param(request('Denied'), 'failed', 'was denied: why (R)', (), id='denied'),
        pytest.param(
            request('Approved', 'Failed'), 'failed', 'has failed: why (R)', (), id='failed'
        ),
        pytest.param(
            {},
            'paused',
            'is not approved: approve or deny it with "kubectl certificate"',
            (),
            id='empty',
        ),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices
