from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import persistentvolumeclaim as tracker
from tests.unit.builders import ago
from tests.unit.builders import kube_event
from tests.unit.builders import manifest
from tests.unit.builders import view

FIRST = 'waiting for first consumer to be created before binding'
NODE = {'annotations': {'volume.kubernetes.io/selected-node': 'a'}}
UNUSED = ('is not bound until a pod uses it: its StorageClass has WaitForFirstConsumer',)


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
        (claim('Lost'), 'failed', 'is lost: its volume does not exist any more'),
        (
            claim('Lost', spec={'volumeName': 'pv-1'}),
            'failed',
            'is lost: volume "pv-1" does not exist any more',
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
    (('True', ('is resized when a pod that uses it restarts',)), ('False', ())),
)
def test_tells_that_growing_needs_a_new_pod(status, notices):
    condition = {'type': 'FileSystemResizePending', 'status': status}
    assert judge(claim('Bound', conditions=[condition])).notices == notices


@pytest.mark.parametrize('status', ('ControllerResizeInfeasible', 'NodeResizeInfeasible'))
@pytest.mark.parametrize(
    ('conditions', 'text'),
    (
        (
            [{'type': 'ControllerResizeError', 'status': 'True', 'message': 'too large'}],
            'too large',
        ),
        ([], 'cannot have the requested size'),
    ),
)
def test_a_resize_that_cannot_be_done_is_a_cause(status, conditions, text):
    obj = claim('Bound')
    obj['status'].update(allocatedResourceStatuses={'storage': status}, conditions=conditions)
    assessment = judge(obj)
    [cause] = assessment.causes
    assert (assessment.state.value, cause.code, text in cause.message) == (
        'progressing',
        'VolumeInvalid',
        True,
    )


@pytest.mark.parametrize(
    ('kind', 'notice'),
    (
        ('Resizing', 'is being resized to the requested size'),
        ('FileSystemResizePending', 'is resized when a pod that uses it restarts'),
        ('ControllerResizeError', 'cannot be resized so far: no reason given'),
    ),
)
def test_a_resize_under_way_is_a_notice(kind, notice):
    obj = claim('Bound')
    obj['status']['conditions'] = [{'type': kind, 'status': 'True'}]
    assessment = judge(obj)
    assert (assessment.state.value, assessment.notices) == ('ready', (notice,))
