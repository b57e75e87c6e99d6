from __future__ import annotations

import copy
import json

import pytest

from kubectl_dog.causes.endpoint_texts import awaited_endpoints
from kubectl_dog.causes.endpoint_texts import configured_endpoints
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.objects import FILE_DIFFERENCES
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from kubectl_dog.recording.redact import LAST_APPLIED
from kubectl_dog.recording.redact import Redactor
from kubectl_dog.trackers.declarative.foreign_rules import HELM_FAILURE
from kubectl_dog.trackers.declarative.foreign_rules import HELM_SUCCESS
from kubectl_dog.trackers.declarative.foreign_rules import KRANE_CONDITIONS
from kubectl_dog.tracking.verdict.foreign_readers import CONTAINER_READERS
from kubectl_dog.tracking.verdict.foreign_readers import READERS

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
        {'encryptedData': {'db': SHORT}, 'clientSecret': SHORT, 'apiToken': SHORT},
    ),
)
def test_contents_of_secrets_to_be_created_are_redacted(spec):
    redacted = REDACTOR.redact({'kind': 'Certificate', 'spec': spec})
    assert SHORT not in json.dumps(redacted)


def test_references_to_secrets_and_their_descriptions_stay():
    spec = {
        'passwordSecretRef': {'name': 'db', 'key': 'pw'},
        'secretName': 'tls',
        'tokenTTL': '1h',
        'automountServiceAccountToken': False,
        'imagePullSecrets': [{'name': 'registry'}],
        'volumes': [
            {'name': 'a', 'secret': {'secretName': 'a', 'items': [{'key': 'k', 'path': 'p'}]}},
            {'projected': {'sources': [{'serviceAccountToken': {'path': 'token', 'mode': 1}}]}},
        ],
        'hard': {'secrets': '5', 'count/secrets': '5'},
        'selector': {'matchLabels': {'token': 'a'}},
        'headers': None,
        'password': '',
        'maxTokens': 100,
        'tokens': 3,
    }
    assert REDACTOR.redact({'spec': spec}) == {'spec': spec}


@pytest.mark.parametrize(
    'spec',
    (
        {'adminPassword': SHORT},
        {'auth': {'authToken': SHORT, 'enabled': True}},
        {'config': [{'apiKey': SHORT}, {'api_key': [SHORT, {'deep': {'er': SHORT}}]}]},
        {'apiToken': SHORT, 'clientSecret': {'value': SHORT, 'name': 'ref'}},
        {'headers': {'X-Custom': SHORT}},
        {'requestHeaders': [{'name': 'X-Custom', 'value': SHORT}, f'X-Other: {SHORT}', SHORT]},
        {'env': {'PLAIN': SHORT}, 'extraEnvVars': [{'name': 'A', 'value': SHORT}, f'B={SHORT}']},
        {'helm': {'parameters': [{'name': 'db.password', 'value': SHORT}]}},
        {'helm': {'values': f'db:\n  password: {SHORT}\n  host: db\n'}},
        {'values': {'postgresql': {'auth': {'postgresPassword': SHORT}}}},
        {'valuesText': json.dumps({'db': {'password': SHORT}})},
        {'uri': f'https://app:{SHORT}@git.test/x', 'image': f'https://app:{SHORT}@registry.test/x'},
        {'args': ['--password', SHORT, f'--token={SHORT}', '-c', f'PASSWORD={SHORT} run']},
        {'command': ['sh', '-c', f'curl -u app:{SHORT} -H "X-Api-Key: {SHORT}" http://db']},
        {'lifecycle': {'preStop': {'exec': {'command': ['a', f'--api-key={SHORT}']}}}},
        {'script': f'login --password {SHORT}', 'args': f'--password {SHORT}'},
        {'pin': {'password': 12345, 'note': SHORT.join(('token=', ''))}},
        {'key': f'-----BEGIN PRIVATE KEY-----\n{SHORT}\n-----END PRIVATE KEY-----'},
    ),
)
def test_secrets_in_fields_of_any_kind_are_redacted(spec):
    for obj in (
        {'spec': spec},
        {'kind': 'Database', 'data': {'spec': {'template': {'spec': spec}}}},
    ):
        redacted = json.dumps(REDACTOR.redact(obj))
        assert SHORT not in redacted
        assert '12345' not in redacted


@pytest.mark.parametrize(
    ('obj', 'kind'),
    (
        ({'message': f'command "login --password {SHORT}" timed out'}, 'Event'),
        ({'status': {'conditions': [{'message': f'postgres://app:{SHORT}@db is down'}]}}, 'Pod'),
        ({'status': {'adminPassword': SHORT}}, 'Database'),
        (
            {
                'metadata': {
                    'annotations': {'kubernetes.io/change-cause': f'deploy --token={SHORT}'}
                }
            },
            'Deployment',
        ),
        ({FILE_DIFFERENCES: [{'field': 'a', 'wanted': f'https://a:{SHORT}@b/c'}]}, 'Deployment'),
    ),
)
def test_secrets_in_messages_and_kept_annotations_are_redacted(obj, kind):
    assert SHORT not in json.dumps(REDACTOR.redact(obj, kind))


@pytest.mark.parametrize(
    'annotations',
    (
        {'helm.sh/readiness-success': '["{.status.phase} == Ready"]'},
        {'werf.io/fail-mode': 'IgnoreAndContinueDeployProcess'},
        {'krane.shopify.io/instance-timeout': 'PT5M', 'pulumi.com/skipAwait': 'true'},
        {'argocd.argoproj.io/ignore-healthcheck': 'true', 'kapp.k14s.io/disable-wait': ''},
    ),
)
def test_annotations_that_change_a_verdict_stay(annotations):
    obj = {'metadata': {'annotations': annotations}}
    assert REDACTOR.redact(obj) == obj


def test_every_annotation_that_is_read_stays():
    for name in (*READERS, *CONTAINER_READERS, HELM_SUCCESS, HELM_FAILURE, KRANE_CONDITIONS):
        obj = {'metadata': {'annotations': {name: 'a'}}}
        assert REDACTOR.redact(obj) == obj


@pytest.mark.parametrize(
    'payload',
    (
        ReadFailure('invalid', f'https://app:{SHORT}@api.test rejected the request'),
        Answer('failed', message=f'password={SHORT}'),
        ManagedTargets((), (f'token={SHORT}',), f'token={SHORT}'),
    ),
)
def test_secrets_in_messages_of_reads_are_redacted(payload):
    redacted = REDACTOR.payload(payload, None)
    assert SHORT not in str(redacted)
    assert type(redacted) is type(payload)


def test_definitions_keep_the_fields_of_their_schema():
    spec = {'versions': [{'schema': {'properties': {'password': {'default': 'x'}}}}]}
    definition = {'metadata': {'annotations': {'a': SHORT}}, 'spec': spec}
    redacted = REDACTOR.redact(definition, 'CustomResourceDefinition')
    assert redacted['spec'] == spec
    assert SHORT not in json.dumps(redacted)


@pytest.mark.parametrize(
    ('variables', 'words'),
    (
        ({'DATABASE_URL': f'postgres://app:{SHORT}@db:5432/{SHORT}?x={SHORT}'}, ['serve']),
        ({'DB_URL': 'jdbc:mysql://db/shop', 'BROKERS': 'kafka-0:9092,kafka-1:9092'}, ['serve']),
        ({'DB_HOST': 'db.data', 'DB_PORT': '5432', 'AUTH_TOKEN': SHORT}, ['serve']),
        (
            {'DB_HOST': 'db', 'DB_PORT': '5432'},
            ['sh', '-c', 'until nc -z $DB_HOST $DB_PORT; do sleep 1; done'],
        ),
        ({'A': SHORT}, ['--dsn', f'redis://app:{SHORT}@cache:6379/0', f'--url=amqp://{SHORT}@mq']),
        ({}, ['sh', '-c', f'PGPASSWORD={SHORT} pg_isready -h db -U shop']),
        ({}, ['sh', '-c', f'curl -u app:{SHORT} http://api/ready']),
    ),
)
def test_hosts_that_explain_a_cause_stay(variables, words):
    env = [{'name': name, 'value': value} for name, value in variables.items()]
    redacted = REDACTOR.redact({'env': env, 'command': words})
    assert SHORT not in json.dumps(redacted)
    known = {entry['name']: entry['value'] for entry in redacted['env']}
    for find in (
        configured_endpoints,
        lambda command, known: awaited_endpoints(' '.join(command), known),
    ):
        assert [*find(redacted['command'], known)] == [*find(words, variables)]
    assert [*configured_endpoints(words, variables)] or [
        *awaited_endpoints(' '.join(words), variables)
    ]


@pytest.mark.parametrize(
    ('name', 'value'),
    (
        ('PLAIN', SHORT),
        ('PLAIN', 'app:12345'),
        ('DB_HOST', f'{SHORT}@db'),
        ('TOKEN_HOST_KEY', SHORT),
        ('URL', f'redis://app:{SHORT}'),
        ('URL', f'redis://app:a/{SHORT}@db'),
        ('DB_PORT', SHORT),
        ('PASSWORD', 'db'),
        ('URL', f'https://db/{SHORT}'),
        ('DB_HOST', SHORT.upper()),
    ),
)
def test_other_values_of_variables_do_not_stay(name, value):
    (entry,) = REDACTOR.redact({'env': [{'name': name, 'value': value}]})['env']
    assert value not in entry['value']
    assert SHORT not in entry['value'].lower()
