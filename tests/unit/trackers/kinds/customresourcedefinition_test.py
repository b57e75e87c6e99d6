from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import customresourcedefinition as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


def crd(**conditions):
    all_conditions = [
        {'type': key, 'status': value, 'reason': 'R', 'message': 'why'}
        for key, value in conditions.items()
    ]
    return manifest('CustomResourceDefinition', conditions=all_conditions)


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
        pytest.param(crd(NamesAccepted='True', Established='True'), 'ready', '', (), id='served'),
        pytest.param(
            crd(NamesAccepted='True', Established='False'),
            'progressing',
            'its resources to be served',
            (),
            id='installing',
        ),
        pytest.param(
            crd(NamesAccepted='False', Established='False'),
            'failed',
            'has names that are not accepted: why (R)',
            (),
            id='names are taken',
        ),
        pytest.param(crd(), 'progressing', 'its names to be accepted', (), id='new'),
        pytest.param({}, 'progressing', 'its names to be accepted', (), id='empty'),
        pytest.param(
            crd(NamesAccepted='True', Established='True', NonStructuralSchema='True'),
            'ready',
            '',
            ('has no structural schema: why (R)',),
            id='old schema',
        ),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices


@pytest.mark.parametrize(
    ('reason', 'text'), (('ListKindConflict', 'ListKindConflict'), ('', 'NamesNotAccepted'))
)
def test_a_failure_has_a_reason(reason, text):
    taken = {'type': 'NamesAccepted', 'status': 'False', 'reason': reason}
    assert tracker.assess(view(manifest('CRD', conditions=[taken]))).reason == text
