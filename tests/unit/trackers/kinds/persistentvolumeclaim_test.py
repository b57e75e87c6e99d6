from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import persistentvolumeclaim as tracker
from tests.unit.builders import ago
from tests.unit.builders import kube_event
from tests.unit.builders import manifest
from tests.unit.builders import view

FIRST = 'waiting for first consumer to be created before binding'
NODE = {'annotations': {'volume.kubernetes.io/selected-node': 'a'}}
UNUSED = ('is not bound until a pod uses it: its storage class has WaitForFirstConsumer',)


def claim(phase='Pending', **fields):
    return manifest('PersistentVolumeClaim', phase=phase, **fields)


def judge(obj, *events):
    kube_events = [kube_event(obj, reason, message) for reason, message in events]
    return tracker.assess(view(obj, *kube_events))


@pytest.mark.parametrize(
    ('obj', 'state', 'text'),
    (
        (claim('Bound'), 'ready', ''),
        (claim(), 'progressing', 'a volume'),
        ({}, 'progressing', 'a volume'),
        (claim('Lost'), 'failed', 'has lost its volume: the volume does not exist any more'),
        (
            claim('Lost', spec={'volumeName': 'pv-1'}),
            'failed',
            'has lost pv-1: the volume does not exist any more',
        ),
        (claim(meta={'deletionTimestamp': ago(1)}), 'deleting', 'is being deleted'),
    ),
)
def test_state_by_phase(obj, state, text):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)


@pytest.mark.parametrize(
    ('obj', 'events', 'state', 'notices'),
    (
        pytest.param(
            claim(), [('WaitForFirstConsumer', FIRST), ('Other', '')], 'ready', UNUSED, id='unused'
        ),
        pytest.param(
            claim(),
            [('WaitForFirstConsumer', FIRST), ('ProvisioningFailed', 'no space')],
            'progressing',
            (),
            id='used, and in trouble since',
        ),
        pytest.param(
            claim(meta=NODE), [('WaitForFirstConsumer', FIRST)], 'progressing', (), id='used'
        ),
    ),
)
def test_without_a_consumer_it_is_as_ready_as_it_can_be(obj, events, state, notices):
    assessment = judge(obj, *events)
    assert (assessment.state, assessment.notices) == (state, notices)


def test_tells_what_binding_waits_for():
    assessment = judge(claim(), ('ProvisioningFailed', 'storageclass "fast" not found'))
    assert (assessment.reason, assessment.waits_for) == (
        'ProvisioningFailed',
        'a volume: storageclass "fast" not found',
    )


@pytest.mark.parametrize(
    ('status', 'notices'),
    (('True', ('grows to its new size once a pod that uses it is started again',)), ('False', ())),
)
def test_tells_that_growing_needs_a_new_pod(status, notices):
    condition = {'type': 'FileSystemResizePending', 'status': status}
    assert judge(claim('Bound', conditions=[condition])).notices == notices
