from __future__ import annotations

import pytest

from kubectl_dog.causes import volume_claims
from kubectl_dog.model.items import Answer
from kubectl_dog.model.wants import Lookup
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import view

LOOKUP = Lookup(volume_claims.CLAIMS, 'shop')
UNBOUND = '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found'
MISSING = '0/1 nodes are available: persistentvolumeclaim "uploads" not found. not found'
NO_CLASS = 'no persistent volumes available for this claim and no storage class is set'
WAITING = "Waiting for a volume to be created either by the external provisioner 'x.example/prov'"
VOLUMES = [
    {'name': 'd', 'persistentVolumeClaim': {'claimName': 'data'}},
    {'name': 'tmp', 'ephemeral': {'volumeClaimTemplate': {}}},
    {'name': 'cfg', 'configMap': {'name': 'app'}},
]


def pending(message='', volumes=VOLUMES, **spec):
    obj = pod(phase='Pending', volumes=volumes, **spec)
    if message:
        condition = {'type': 'PodScheduled', 'status': 'False', 'reason': 'Unschedulable'}
        obj['status']['conditions'].append({**condition, 'message': message})
    return obj


def claim_event(reason, message='', claim='data', at=1.0):
    claim_object = {
        'kind': 'PersistentVolumeClaim',
        'metadata': {'name': claim, 'uid': f'pvc-{claim}'},
    }
    return kube_event(claim_object, reason, message, at=at)


def find(obj, *events, **fields):
    return list(volume_claims.find(view(None, *events, **fields), obj))


@pytest.mark.parametrize(
    ('message', 'code', 'subject', 'ending'),
    (
        (MISSING, 'VolumeMissing', 'uploads', 'does not exist'),
        (
            'persistentvolumeclaim "data" bound to non-existent persistentvolume "pv-1"',
            'VolumeMissing',
            'data',
            'is bound to a volume that does not exist',
        ),
        (
            '0/1 nodes are available: 1 node(s) unavailable due to one or more pvc(s) bound to'
            ' non-existent pv(s).',
            'VolumeMissing',
            'data, web-1-tmp',
            'one of the PersistentVolumeClaims data, web-1-tmp is bound to a volume that does not '
            'exist',
        ),
        (
            '0/1 nodes are available: persistentvolumeclaim "data" is being deleted.',
            'VolumeInvalid',
            'data',
            'is being deleted',
        ),
        (UNBOUND, 'PVCPending', 'data, web-1-tmp', 'is not bound'),
        (
            'waiting for ephemeral volume controller to create the persistentvolumeclaim "x"',
            'PVCPending',
            'data, web-1-tmp',
            'is not bound',
        ),
    ),
)
def test_parses_messages_of_the_scheduler(message, code, subject, ending):
    [cause] = find(pending(message))
    assert (cause.code, cause.subject, cause.reason) == (code, subject, 'Unschedulable')
    assert cause.message.endswith(ending)
    assert (cause.pods, cause.tolerance_seconds) == (('web-1',), None)


@pytest.mark.parametrize(
    ('reason', 'message', 'tolerance'),
    (
        ('FailedBinding', NO_CLASS, 30),
        ('ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found', 30),
        ('ProvisioningFailed', 'quota of the cloud is used up', None),
        ('ExternalProvisioning', WAITING, None),
    ),
)
@pytest.mark.parametrize('message_of_pod', (UNBOUND, ''))
def test_reads_kube_events_of_claims(reason, message, tolerance, message_of_pod):
    [cause] = find(pending(message_of_pod), claim_event(reason, message))
    assert (cause.code, cause.subject, cause.reason) == ('PVCPending', 'data', reason)
    assert cause.message == f'PersistentVolumeClaim "data" is not bound: {message}'
    assert cause.tolerance_seconds == tolerance
    assert cause.suggested_commands == ('kubectl describe pvc -n shop data',)


def test_a_bound_claim_is_no_cause():
    old = claim_event('ExternalProvisioning', WAITING, at=9)
    assert find(pending(), claim_event('ProvisioningSucceeded', at=1), old) == []
    assert find(pending(), claim_event('Other')) == []


@pytest.mark.parametrize(
    'obj',
    (
        pending(volumes=[]),
        pending(MISSING, nodeName='node-1'),
        pending('0/1 nodes are available: 1 Insufficient cpu.'),
    ),
)
def test_ignores_pods_that_do_not_wait_for_claims(obj):
    assert find(obj, claim_event('FailedBinding', NO_CLASS)) == []


@pytest.mark.parametrize(
    ('answer', 'recovering', 'evidence'),
    (
        (None, False, ()),
        (Answer('denied'), False, ()),
        (
            Answer('found', ({'metadata': {'name': 'upload'}},)),
            False,
            ('a similar PersistentVolumeClaim exists: "upload"',),
        ),
        (
            Answer('found', ({'metadata': {'name': 'uploads'}},)),
            True,
            ('PersistentVolumeClaim "uploads" exists now',),
        ),
    ),
)
def test_adds_similar_claims(answer, recovering, evidence):
    [cause] = find(pending(MISSING), answers={LOOKUP: answer} if answer else {})
    assert (cause.lookups, cause.suggested_commands) == ((LOOKUP,), ('kubectl get pvc -n shop',))
    assert (cause.recovering, cause.evidence) == (recovering, evidence)


CLASSES = Lookup(volume_claims.STORAGE_CLASSES, '')
NO_DEFAULT = 'no persistent volumes available for this claim and no storage class is set'
UNKNOWN = 'storageclass.storage.k8s.io "fsat" not found'


def classes(*names, default=''):
    key = 'storageclass.kubernetes.io/is-default-class'
    marks = {name: {'annotations': {key: 'true'}} if name == default else {} for name in names}
    return Answer('found', tuple({'metadata': {'name': name, **marks[name]}} for name in names))


@pytest.mark.parametrize(
    ('message', 'answer', 'recovering', 'evidence'),
    (
        (UNKNOWN, None, False, ()),
        (UNKNOWN, Answer('denied'), False, ()),
        (UNKNOWN, classes('fast'), False, ('a similar StorageClass exists: "fast"',)),
        (UNKNOWN, classes('fsat'), True, ('StorageClass "fsat" exists now',)),
        (
            UNKNOWN,
            classes('slow', default='slow'),
            False,
            ('no StorageClass with a similar name exists (1 in total)',),
        ),
        (
            NO_DEFAULT,
            classes('slow', 'fast'),
            False,
            ('no StorageClass is the default (existing: fast, slow)',),
        ),
        (NO_DEFAULT, classes(), False, ('no StorageClass exists',)),
        (NO_DEFAULT, classes('a', 'b', default='b'), True, ('StorageClass "b" exists now',)),
    ),
)
def test_adds_the_storage_classes(message, answer, recovering, evidence):
    answers = {CLASSES: answer} if answer else {}
    [cause] = find(pending(UNBOUND), claim_event('ProvisioningFailed', message), answers=answers)
    assert (cause.lookups, cause.tolerance_seconds) == ((CLASSES,), 30.0)
    assert (cause.recovering, cause.evidence) == (recovering, evidence)


@pytest.mark.parametrize(
    ('obj', 'may'),
    ((pending(), True), (pending(nodeName='n1'), False), (pending(volumes=[]), False)),
)
def test_awaits_claims(obj, may):
    assert volume_claims.awaits_claims(obj) is may
