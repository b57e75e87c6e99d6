"""The differences between two pod templates as values."""

from __future__ import annotations

import pytest

from kubectl_dog.model.template_changes import image_difference
from kubectl_dog.model.template_changes import template_changes
from kubectl_dog.model.verdicts import Change
from tests.unit.builders import container

OLD_HASH, NEW_HASH = 'app-k44mhd6h5f', 'app-2456789bcd'


def template(*containers, annotations=None, **spec):
    return {
        'metadata': {'annotations': annotations or {}},
        'spec': {'containers': list(containers or [container()]), **spec},
    }


def changes(before, after):
    return list(template_changes(before, after))


def variable(name='URL', **source):
    return {'name': name, **source}


def from_key(holder, key='url'):
    return {'valueFrom': {'configMapKeyRef': {'name': holder, 'key': key}}}


@pytest.mark.parametrize(
    ('before', 'after', 'expected'),
    (
        ({}, {}, []),
        ({}, {'image': 'web:2'}, [('image', '', 'changed', 'web:1', 'web:2')]),
        ({'command': ['a']}, {'command': ['b']}, [('command', '', 'changed')]),
        ({}, {'args': ['--password=x']}, [('args', '', 'added')]),
        ({'tty': True}, {}, [('tty', '', 'removed', 'true')]),
        (
            {'env': [variable('A', value='1'), variable('B', value='1'), variable('C')]},
            {'env': [variable('D', value='1'), variable('B', value='2'), variable('C')]},
            [('env', 'A', 'removed'), ('env', 'B', 'changed'), ('env', 'D', 'added')],
        ),
        ({'env': [variable('A'), variable('B')]}, {'env': [variable('B'), variable('A')]}, []),
        (
            {'resources': {'limits': {'memory': '64Mi', 'cpu': '1'}}},
            {'resources': {'limits': {'memory': '16Mi', 'cpu': '1'}, 'requests': {'cpu': '1'}}},
            [
                ('resources', 'limits.memory', 'changed', '64Mi', '16Mi'),
                ('resources', 'requests.cpu', 'added', '', '1'),
            ],
        ),
        ({}, {'resources': {'claims': [{}]}}, [('resources', '', 'added')]),
        (
            {'livenessProbe': {'httpGet': {'path': '/a', 'port': 80}, 'periodSeconds': 5}},
            {'livenessProbe': {'httpGet': {'path': '/b', 'port': 80}, 'periodSeconds': 1}},
            [
                ('livenessProbe', 'httpGet.path', 'changed', '/a', '/b'),
                ('livenessProbe', 'periodSeconds', 'changed', '5', '1'),
            ],
        ),
        (
            {'readinessProbe': {'httpGet': {'httpHeaders': [{'value': 'Bearer a'}]}}},
            {'readinessProbe': {'httpGet': {'httpHeaders': [{'value': 'Bearer b'}]}}},
            [('readinessProbe', 'httpGet.httpHeaders', 'changed')],
        ),
        ({}, {'startupProbe': {'exec': {}}}, [('startupProbe', '', 'added')]),
        ({'startupProbe': {'exec': {}}}, {}, [('startupProbe', '', 'removed')]),
        (
            {},
            {'securityContext': {'runAsUser': 0, 'capabilities': {}}},
            [
                ('securityContext', 'capabilities', 'added'),
                ('securityContext', 'runAsUser', 'added', '', '0'),
            ],
        ),
        (
            {'volumeMounts': [{'mountPath': '/data', 'name': 'a'}]},
            {'volumeMounts': [{'mountPath': '/data', 'name': 'b'}]},
            [('volumeMounts', '/data', 'changed')],
        ),
        ({'envFrom': [{}]}, {'envFrom': [{}, {}]}, [('envFrom', '', 'changed')]),
        ({'env': 3}, {'env': 4}, []),
    ),
)
def test_changes_of_a_container(before, after, expected):
    differences = changes(template(container(**before)), template(container(**after)))
    named = [Change(field, 'main', *rest) for field, *rest in expected]
    assert differences == named


@pytest.mark.parametrize(
    ('before', 'after', 'expected'),
    (
        (
            {'nodeSelector': {'disk': 'hdd', 'a': 'b'}},
            {'nodeSelector': {'disk': 'ssd', 'a': 'b'}},
            ('nodeSelector', 'disk', 'changed', 'hdd', 'ssd'),
        ),
        ({}, {'hostNetwork': True}, ('hostNetwork', '', 'added', '', 'true')),
        ({'affinity': {'a': 1}}, {'affinity': {'a': 2}}, ('affinity', '', 'changed')),
        ({}, {'imagePullSecrets': [{'name': 'r'}]}, ('imagePullSecrets', 'r', 'added')),
    ),
)
def test_changes_of_a_pod(before, after, expected):
    field, *rest = expected
    assert changes(template(**before), template(**after)) == [Change(field, '', *rest)]


def test_containers_come_first_and_removed_ones_last():
    before = template(container('a'), container('b', image='b:1'), hostPID=True)
    new = container('c', envFrom=[{'secretRef': {'name': 's'}}])
    after = template(new, container('b', image='b:2', command=['x']))
    assert [(change.field, change.container, change.kind) for change in changes(before, after)] == [
        ('containers', 'c', 'added'),
        ('image', 'b', 'changed'),
        ('command', 'b', 'added'),
        ('containers', 'a', 'removed'),
        ('hostPID', '', 'removed'),
    ]
    assert changes(before, after)[0].references == ('secret/s',)


@pytest.mark.parametrize(
    ('name', 'is_change'),
    (
        ('checksum/config', True),
        ('example.com/config-hash', True),
        ('reloader.stakater.com/last-reloaded-from', True),
        ('kubectl.kubernetes.io/restartedAt', False),
        ('example.com/rehashed', False),
    ),
)
def test_only_annotations_with_a_hash_of_contents_count(name, is_change):
    before, after = (template(annotations={name: value}) for value in ('1', '2'))
    assert changes(before, after) == [Change('annotations', '', name)] * is_change


@pytest.mark.parametrize(
    ('before', 'after', 'expected'),
    (
        # Only the hash differs.
        (from_key(OLD_HASH), from_key(NEW_HASH), (OLD_HASH, NEW_HASH, 'configmap/app')),
        # More differs.
        (from_key(OLD_HASH), from_key(NEW_HASH, 'uri'), ('', '', '')),
        (from_key(OLD_HASH), from_key('app'), ('', '', '')),
        (from_key('app'), from_key(NEW_HASH), ('', '', '')),
        (from_key('app'), from_key('web'), ('', '', '')),
        (from_key('app'), {**from_key('app'), 'x': 1}, ('', '', '')),
        ({'value': OLD_HASH}, {'value': NEW_HASH}, ('', '', '')),
        ({'value': 1}, {'value': 2}, ('', '', '')),
    ),
)
def test_names_that_differ_in_the_hash_show_other_contents(before, after, expected):
    [change] = changes(
        template(container(env=[variable(**before)])), template(container(env=[variable(**after)]))
    )
    assert (change.before, change.after, change.contents_of) == expected


def volume(*sources, **spec):
    return {'name': 'conf', 'projected': {'sources': list(sources)}, **spec}


@pytest.mark.parametrize(
    ('before', 'after', 'contents'),
    (
        (
            volume({'configMap': {'name': 'x'}}, {'secret': {'name': OLD_HASH}}),
            volume({'configMap': {'name': 'x'}}, {'secret': {'name': NEW_HASH}}),
            'secret/app',
        ),
        (volume({'secret': {'name': OLD_HASH}}), volume({'secret': {'name': NEW_HASH}}, {}), ''),
        (
            {'name': 'a', 'persistentVolumeClaim': {'claimName': OLD_HASH}},
            {'name': 'a', 'persistentVolumeClaim': {'claimName': NEW_HASH}},
            '',
        ),
    ),
)
def test_the_object_with_other_contents_may_be_one_of_several(before, after, contents):
    [change] = changes(template(volumes=[before]), template(volumes=[after]))
    assert change.contents_of == contents


def test_entries_of_env_from_are_those_of_the_same_object():
    before, after = (
        template(container(envFrom=[{'configMapRef': {'name': name}}]))
        for name in (OLD_HASH, NEW_HASH)
    )
    [change] = changes(before, after)
    assert change == Change(
        *('envFrom', 'main', 'configmap/app', 'changed', OLD_HASH, NEW_HASH),
        (f'configmap/{NEW_HASH}',),
        'configmap/app',
    )


@pytest.mark.parametrize(
    ('before', 'after', 'expected'),
    (
        ('r/web:1', 'r/web:2', ('1', '2')),
        ('web', 'web:2', ('web', 'web:2')),
        ('a/web:1', 'b/web:1', ('a/web:1', 'b/web:1')),
        ('', 'web:1', ('', 'web:1')),
    ),
)
def test_images_of_the_same_repository_differ_in_their_tags(before, after, expected):
    assert image_difference(before, after) == expected
