from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import ingress as tracker
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


def ingress(age, addresses=()):
    meta = {'creationTimestamp': ago(age)}
    return manifest('Ingress', meta=meta, loadBalancer={'ingress': list(addresses)})


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
        pytest.param(ingress(5, [{'ip': '10.0.0.1'}]), 'ready', '', (), id='has an address'),
        pytest.param(ingress(5), 'progressing', 'an address', (), id='new'),
        pytest.param(
            ingress(60),
            'ready',
            '',
            ('has no address: its controller has not set one',),
            id='never got one',
        ),
        pytest.param(
            {}, 'ready', '', ('has no address: its controller has not set one',), id='empty'
        ),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices


def test_looks_again_after_a_minute():
    assert tracker.assess(view(ingress(5))).recheck_at == NOW + 55
