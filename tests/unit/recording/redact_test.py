from __future__ import annotations

import copy
import json

import pytest

from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording.redact import LAST_APPLIED
from kubectl_dog.recording.redact import Redactor

REDACTOR = Redactor(b'salt')
SHORT = 'hunter2'
SECRET = {'data': {'password': SHORT}, 'type': 'Opaque', 'metadata': {'annotations': {'a': SHORT}}}
CONTAINER = {
    'image': 'web:1',
    'command': ['serve', '--verbose'],
    'env': [
        {'name': 'TOKEN', 'value': SHORT},
        {'name': 'FROM', 'valueFrom': {'secretKeyRef': {'name': 's', 'key': 'k'}}},
    ],
    'readinessProbe': {'httpGet': {'httpHeaders': [{'name': 'Authorization', 'value': SHORT}]}},
}
NUMBERED = {'deployment.kubernetes.io/revision': '3', 'rollout.argoproj.io/revision': '3'}
POD = {
    'metadata': {
        'name': 'web-1',
        'annotations': {LAST_APPLIED: SHORT, **NUMBERED},
    },
    'spec': {'containers': [CONTAINER], 'initContainers': [CONTAINER]},
}
DEPLOYMENT = {'metadata': {}, 'spec': {'template': POD}}


@pytest.mark.parametrize(
    ('obj', 'kind'),
    [
        (SECRET, 'Secret'),
        ({**SECRET, 'kind': 'Secret'}, ''),
        ({'stringData': {'password': SHORT}}, 'Secret'),
        ({'data': {'app.ini': SHORT}}, 'ConfigMap'),
        ({'binaryData': {'blob': SHORT}}, 'ConfigMap'),
        (POD, 'Pod'),
        (DEPLOYMENT, 'Deployment'),
        ({'data': DEPLOYMENT, 'kind': 'ControllerRevision'}, ''),
    ],
)
def test_no_value_is_left_and_the_input_is_not_changed(obj, kind):
    before = copy.deepcopy(obj)
    redacted = REDACTOR.redact(obj, kind)
    assert SHORT not in json.dumps(redacted)
    assert obj == before


def test_names_images_commands_and_references_stay():
    (container,) = REDACTOR.redact(POD)['spec']['containers']
    assert container['image'] == 'web:1'
    assert container['command'] == ['serve', '--verbose']
    assert [entry['name'] for entry in container['env']] == ['TOKEN', 'FROM']
    assert container['env'][1] == CONTAINER['env'][1]
    assert REDACTOR.redact(POD)['metadata'] == {
        'name': 'web-1',
        'annotations': NUMBERED,
    }
    assert REDACTOR.redact(SECRET, 'Secret')['type'] == 'Opaque'


def test_equal_values_stay_equal_within_a_recording_only():
    def token(salt, value):
        env = [{'name': 'X', 'value': value}]
        return Redactor(salt).redact({'env': env})['env'][0]['value']

    assert token(b'a', 'x') == token(b'a', 'x')
    assert token(b'a', 'x') != token(b'a', 'y')
    assert token(b'a', 'x') != token(b'b', 'x')
    assert token(b'a', 'x').startswith('redacted-')
    assert len(token(b'a', '\ud800')) == len('redacted-') + 8


@pytest.mark.parametrize(
    'obj',
    [{'data': None}, {'data': []}, {'env': None}, {'env': 'text'}, {'env': [1, {'name': 'x'}]}],
)
def test_odd_shapes_pass(obj):
    assert REDACTOR.redact(obj, 'Secret') == obj


@pytest.mark.parametrize(
    ('payload', 'want'),
    [
        (Listed((SECRET, SECRET)), Watch(SECRETS, 'shop')),
        (Changed('ADDED', POD), Watch(PODS, 'shop')),
        (Changed('ADDED', DEPLOYMENT), Watch(DEPLOYMENTS, 'shop')),
        (Listed(({'data': {'x': SHORT}},)), Watch(CONFIGMAPS, 'shop')),
        (Answer('found', (SECRET,)), Lookup(SECRETS, 'shop')),
    ],
)
def test_objects_of_every_payload_are_redacted_by_the_kind_that_was_wanted(payload, want):
    redacted = REDACTOR.payload(payload, want)
    assert SHORT not in json.dumps(redacted)
    assert type(redacted) is type(payload)


def test_payloads_without_objects_pass():
    gap = LogGap('x')
    assert REDACTOR.payload(gap, Logs('shop', 'web-1', 'uid', 'main')) is gap


def test_manifests_in_annotations_and_settings_of_drivers_are_hidden():
    obj = {
        'metadata': {'annotations': {'kapp.k14s.io/original': 'env: hunter2', LAST_APPLIED: 'x'}},
        'spec': {'volumes': [{'csi': {'volumeAttributes': {'password': 'hunter2'}}}]},
    }
    copy = Redactor(b'salt').redact(obj)
    assert 'hunter2' not in str(copy)
    assert list(copy['metadata']['annotations']) == ['kapp.k14s.io/original']


@pytest.mark.parametrize(
    'spec',
    (
        {'keystores': {'jks': {'create': True, 'password': SHORT}}},
        {'template': {'data': {'tls.key': SHORT}, 'stringData': {'a': SHORT}}},
        {'target': {'template': {'data': {'url': SHORT}}}},
        {'encryptedData': {'db': SHORT}, 'clientSecret': SHORT, 'apiToken': 'name-of-a-secret'},
    ),
)
def test_contents_of_secrets_to_be_created_are_redacted(spec):
    redacted = REDACTOR.redact({'kind': 'Certificate', 'spec': spec})
    assert SHORT not in json.dumps(redacted)


def test_references_to_secrets_stay():
    spec = {'passwordSecretRef': {'name': 'db', 'key': 'pw'}, 'secretName': 'tls', 'apiToken': 'it'}
    assert REDACTOR.redact({'spec': spec}) == {'spec': spec}
