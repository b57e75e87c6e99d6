"""Fields of a manifest that has not been applied, by what the server knows about their owners."""

from __future__ import annotations

import copy
import json

import pytest

from kubectl_dog.model.unapplied_fields import describe
from kubectl_dog.model.unapplied_fields import unapplied_fields

APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'


def deployment(image='nginx:1', replicas=1, policy='Always', **container):
    main = {'name': 'web', 'image': image, 'imagePullPolicy': policy, **container}
    return {
        'apiVersion': 'apps/v1',
        'kind': 'Deployment',
        'metadata': {'name': 'web'},
        'spec': {'replicas': replicas, 'template': {'spec': {'containers': [main]}}},
    }


def live(obj, applied=None, *owners, deleting=False):
    result = copy.deepcopy(obj)
    if applied is not None:
        text = applied if isinstance(applied, str) else json.dumps(applied)
        result['metadata']['annotations'] = {APPLIED: text}
    result['metadata']['managedFields'] = [
        {
            'manager': manager,
            'subresource': subresource,
            'fieldsV1': {'f:spec': {f'f:{field}': {} for field in fields}},
        }
        for manager, subresource, *fields in owners
    ]
    if deleting:
        result['metadata']['deletionTimestamp'] = '2026-01-01T00:00:00Z'
    return result


IMAGE = 'spec.template.spec.containers[web].image'
POLICY = 'spec.template.spec.containers[web].imagePullPolicy'


@pytest.mark.parametrize(
    ('wanted', 'current', 'expected'),
    (
        pytest.param(deployment(), live(deployment(policy='Never')), [POLICY], id='unknown'),
        pytest.param(
            deployment(),
            live(deployment(policy='Never'), deployment()),
            [],
            id='changed after that',
        ),
        pytest.param(
            deployment(),
            live(deployment(policy='Never'), deployment(policy='Never')),
            [POLICY],
            id='applied otherwise',
        ),
        pytest.param(
            deployment(),
            live(deployment(policy='Never'), deployment(policy='IfNotPresent')),
            [POLICY],
            id='applied otherwise, and changed',
        ),
        pytest.param(
            deployment('nginx:2'),
            live(deployment('nginx:1'), deployment('nginx:2')),
            [IMAGE],
            id='undone',
        ),
        pytest.param(
            deployment(stdin=True, tty=True),
            live(deployment(), deployment(tty=True)),
            ['spec.template.spec.containers[web].stdin'],
            id='a part',
        ),
        pytest.param(
            deployment(lifecycle={'a': {'b': 1}}),
            live(deployment(), deployment(lifecycle={'a': {}})),
            ['spec.template.spec.containers[web].lifecycle'],
            id='a field within',
        ),
        pytest.param(
            deployment(),
            live(deployment(policy='Never'), {**deployment(), 'apiVersion': 'apps/v1beta1'}),
            [POLICY],
            id='another version',
        ),
        pytest.param(deployment(), live(deployment(policy='Never'), 'odd'), [POLICY], id='no JSON'),
        pytest.param(deployment(), live(deployment(policy='Never'), '[]'), [POLICY], id='a list'),
    ),
)
def test_what_was_applied_and_then_changed_is_applied(wanted, current, expected):
    assert [difference.field for difference in unapplied_fields(wanted, current)] == expected


def test_a_part_or_the_whole_of_what_was_never_applied_has_not_been_applied():
    wanted = deployment(args=['a'], securityContext={'runAsUser': 1, 'privileged': True})
    now = deployment(args=['b', 'c'], securityContext={'runAsUser': 2, 'privileged': False})
    applied = deployment(args=['c'], securityContext={'privileged': True})
    assert [difference.field for difference in unapplied_fields(wanted, live(now, applied))] == [
        'spec.template.spec.containers[web].args',
        'spec.template.spec.containers[web].securityContext.runAsUser',
    ]


def test_a_name_that_starts_like_that_of_another_field_is_another_field():
    wanted = deployment(tty=True, ttyX=True)
    now, applied = deployment(tty=True, ttyX=False), deployment(tty=False, ttyX=True)
    assert unapplied_fields(wanted, live(now, applied)) == []


def test_a_path_may_have_thousands_of_parts():
    wanted = {**deployment(), 'spec': {'[' * 50_000: 1}}
    now, applied = ({**deployment(), 'spec': {'[' * 50_000: number}} for number in (2, 3))
    assert len(unapplied_fields(wanted, live(now, applied))) == 1


def test_fields_of_controllers_do_not_count_but_images_do():
    owned = ('template', 'strategy')
    current = live(deployment('nginx:2', policy='Never'), None, ('helm', '', *owned, 'a', 'b'))
    fields = {f'f:{field}': {} for field in ('image', 'imagePullPolicy')}
    tree = {'f:containers': {'k:{"name":"web"}': fields}}
    current['metadata']['managedFields'].append(
        {'manager': 'policy', 'fieldsV1': {'f:spec': {'f:template': {'f:spec': tree}}}}
    )
    current['metadata']['managedFields'][0]['fieldsV1']['f:spec']['f:template'] = {'f:metadata': {}}
    unapplied = unapplied_fields(deployment(), current)
    assert [difference.field for difference in unapplied] == [IMAGE]


def test_values_of_a_secret_that_were_applied_and_then_rotated_do_not_count():
    secret = {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {}, 'stringData': {'key': 'one'}}
    rotated = live({**secret, 'stringData': {}, 'data': {'key': 'dHdv'}}, secret)
    assert unapplied_fields(secret, rotated) == []
    assert unapplied_fields({**secret, 'stringData': {'key': 'three'}}, rotated) != []


REPLICAS = ['spec.replicas']


@pytest.mark.parametrize(
    ('owners', 'expected'),
    (
        ([], REPLICAS),
        ([('kubectl', '', 'replicas', 'template')], REPLICAS),
        ([('kubectl', '', 'template'), ('hpa', 'scale', 'replicas')], []),
        ([('kubectl', '', 'template'), ('kubectl', 'scale', 'replicas')], []),
        ([('kubectl', '', 'template'), ('kubectl-patch', '', 'replicas')], []),
        ([('kubectl', '', 'replicas', 'template'), ('a', '', 'replicas')], REPLICAS),
        ([('kubectl', '', 'template')], REPLICAS),
    ),
)
def test_replicas_of_others_do_not_count(owners, expected):
    unapplied = unapplied_fields(
        deployment(replicas=3), live(deployment(replicas=7), None, *owners)
    )
    assert [difference.field for difference in unapplied] == expected


def described(wanted, current):
    return describe(wanted, current, unapplied_fields(wanted, current))


def entry(field, current=None, wanted=None, **more):
    values = {} if wanted is None else {'current': current, 'wanted': wanted}
    return {'field': field, **values, **more}


CONTAINER = 'spec.template.spec.containers[web]'
ENV = [{'name': 'PASSWORD', 'value': 'secret'}]
CUSTOM = {'apiVersion': 'example.com/v1', 'kind': 'Database', 'metadata': {'name': 'db'}}


@pytest.mark.parametrize(
    ('wanted', 'current', 'expected'),
    (
        (
            deployment('nginx:2', 2),
            live(deployment()),
            [
                entry('spec.replicas', '1', '2'),
                entry(IMAGE, 'nginx:1', 'nginx:2', isImage=True),
            ],
        ),
        (deployment(policy='Never'), live(deployment()), [entry(POLICY, 'Always', 'Never')]),
        (deployment(stdin=True), live(deployment()), [entry(f'{CONTAINER}.stdin', 'none', 'true')]),
        (
            deployment(env=ENV),
            live(deployment(env=[{'name': 'PASSWORD', 'value': 'old'}])),
            [entry(f'{CONTAINER}.env[PASSWORD].value')],
        ),
        (deployment(env=ENV), live(deployment()), [entry(f'{CONTAINER}.env')]),
        (deployment(args=['a']), live(deployment(args=['b'])), [entry(f'{CONTAINER}.args[0]')]),
        (
            deployment(workingDir='/new'),
            live(deployment(workingDir='/')),
            [entry(f'{CONTAINER}.workingDir')],
        ),
        (
            deployment(image='web:' + 'a' * 200),
            live(deployment()),
            [entry(IMAGE, isImage=True)],
        ),
        (
            {**CUSTOM, 'spec': {'password': 'new', 'size': 2, 'image': 'db:2'}},
            {**CUSTOM, 'spec': {'password': 'old', 'size': 1, 'image': 'db:1'}},
            [
                entry('spec.password'),
                entry('spec.size', '1', '2'),
                entry('spec.image', 'db:1', 'db:2'),
            ],
        ),
        (
            {**CUSTOM, 'spec': {'count': 2}},
            {**CUSTOM, 'spec': {'count': {'min': 1}}},
            [entry('spec.count', 'none', '2')],
        ),
        (deployment(), live(deployment()), []),
        (deployment(), live(deployment(), deleting=True), [entry('metadata.deletionTimestamp')]),
    ),
)
def test_values_are_named_if_they_are_no_secrets(wanted, current, expected):
    assert described(wanted, current) == expected
