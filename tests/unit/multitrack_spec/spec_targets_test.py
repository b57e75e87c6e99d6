"""Targets of a spec, and errors in a spec."""

from __future__ import annotations

import re

import pytest

from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import well_known
from kubectl_dog.multitrack_spec import spec_targets
from kubectl_dog.multitrack_spec.spec_targets import parse
from kubectl_dog.multitrack_spec.spec_targets import parse_text
from kubectl_dog.multitrack_spec.spec_targets import targets

CANARY = Resource('flagger.app', 'v1beta1', 'canaries', 'Canary', 'canary')
WIDGET = Resource('example.com', 'v1', 'widgets', 'Widget', 'widget')
CLASS = Resource('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', 'sc', namespaced=False)
CUSTOM = {
    'canaries.flagger.app': CANARY,
    'Widget.v1.example.com': WIDGET,
    'Widget.example.com': WIDGET,
    'StorageClass.storage.k8s.io': CLASS,
}


def resolve(type_name):
    resource = well_known(type_name) or CUSTOM.get(type_name)
    if resource is None:
        raise UserError(f'the server has no resource type "{type_name}"')
    return resource


def find_targets(spec):
    options_by_target = targets(parse(spec), 'shop', resolve, Options())
    return [(target.resource.key, target.namespace, target.name) for target in options_by_target]


def named(name='web', **more):
    return {'ResourceName': name, **more}


def generic(kind='Widget', group='example.com', version='v1', **more):
    identity = {'Kind': kind, 'Group': group, 'Version': version}
    return {'Name': 'x', 'GroupVersionKind': identity, **more}


@pytest.mark.parametrize(
    ('name', 'key'),
    (
        ('Deployments', 'Deployment.apps'),
        ('StatefulSets', 'StatefulSet.apps'),
        ('DaemonSets', 'DaemonSet.apps'),
        ('Jobs', 'Job.batch'),
        ('Pods', 'Pod'),
        ('Canaries', 'Canary.flagger.app'),
    ),
)
def test_each_list_is_of_a_kind(name, key):
    assert find_targets({name: [named(Namespace='db'), named('b')]}) == [
        (key, 'db', 'web'),
        (key, 'shop', 'b'),
    ]


@pytest.mark.parametrize(
    ('generic', 'target'),
    (
        (generic(Namespace='db'), ('Widget.example.com', 'db', 'x')),
        (generic(version=''), ('Widget.example.com', 'shop', 'x')),
        (generic('Deployment', 'apps'), ('Deployment.apps', 'shop', 'x')),
        (generic('Service', '', 'v1'), ('Service', 'shop', 'x')),
        (
            generic('StorageClass', 'storage.k8s.io', '', Namespace='db'),
            ('StorageClass.storage.k8s.io', '', 'x'),
        ),
    ),
)
def test_generics_name_any_kind(generic, target):
    assert find_targets({'Generics': [generic]}) == [target]


def test_empty_spec_has_no_targets():
    assert find_targets({}) == find_targets({'Jobs': [], 'Pods': None}) == []


@pytest.mark.parametrize(
    ('spec', 'message'),
    (
        ([], 'must be a mapping, not a list'),
        (None, 'must be a mapping, not null'),
        ({'Deployment': []}, 'Deployment: unknown field: did you mean Deployments?'),
        ({'ReplicaSets': []}, 'ReplicaSets: unknown field'),
        ({'Jobs': {}}, 'Jobs: must be a list'),
        ({'Jobs': [None]}, 'Jobs[0]: must be a mapping'),
        ({'Jobs': [{}]}, 'Jobs[0]: needs a ResourceName'),
        ({'Jobs': [named(), {'Namespace': 'a'}]}, 'Jobs[1]: needs a ResourceName'),
        ({'Jobs': [named('')]}, 'Jobs[0].ResourceName: "" is not the name of an object'),
        ({'Jobs': [named('a/b')]}, 'Jobs[0].ResourceName: "a/b" is not the name of an object'),
        ({'Jobs': [named('..')]}, 'Jobs[0].ResourceName: ".." is not the name of an object'),
        ({'Jobs': [named('a,b')]}, 'Jobs[0].ResourceName: "a,b" is not the name of an object'),
        ({'Jobs': [named(Namespace='a/b')]}, 'Jobs[0].Namespace: "a/b" is not the name'),
        ({'Jobs': [named(FailMode='Never')]}, 'Jobs[0].FailMode: must be one of FailWhole'),
        (
            {'Jobs': [named(TrackTerminationMode='Blocking')]},
            'Jobs[0].TrackTerminationMode: must be one of WaitUntilResourceReady, NonBl',
        ),
        (
            {'Pods': [named(ShowLogsUntil='Ready')]},
            'Pods[0].ShowLogsUntil: must be one of PodIsReady, ControllerIsReady, EndOfDepl',
        ),
        ({'Pods': [named(LogRegex='(')]}, 'Pods[0].LogRegex: "(" is not a regular expression'),
        (
            {'Pods': [named(LogRegexByContainerName={'a-b': '(?'})]},
            'Pods[0].LogRegexByContainerName.a-b: "(?" is not a regular expression',
        ),
        (
            {'Pods': [named(SkipLogsForContainers=['a', 'B'])]},
            'Pods[0].SkipLogsForContainers[1]: "B" is not the name of a container',
        ),
        ({'Pods': [named(Timeout=1)]}, 'Pods[0].Timeout: unknown field'),
        ({'Generics': [{'Name': 'x'}]}, 'Generics[0]: needs a GroupVersionKind'),
        ({'Generics': [generic(kind='')]}, 'Generics[0].GroupVersionKind: needs a Kind'),
        (
            {'Generics': [generic(kind='a.b')]},
            'Generics[0].GroupVersionKind.Kind: invalid val',
        ),
        (
            {'Generics': [generic(group='a/b')]},
            'Generics[0].GroupVersionKind.Group: invalid v',
        ),
        ({'Generics': [{'GroupVersionKind': {'Kind': 'Job'}}]}, 'Generics[0]: needs a Name'),
        ({'Generics': [generic(LogRegex='a')]}, 'Generics[0].LogRegex: unknown field'),
        (
            {'Jobs': [named()], 'Generics': [generic('Gadget')]},
            'Generics[0]: the server has no resource type "Gadget.v1.example.com"',
        ),
        (
            {'Jobs': [named(), named('b'), named(Namespace='shop')]},
            'Jobs[2]: job/web in namespace shop is already tracked by Jobs[0]',
        ),
        (
            {'Deployments': [named('x')], 'Generics': [generic('Deployment', 'apps')]},
            'Generics[0]: deploy/x in namespace shop is already tracked by Deployments[0]',
        ),
    ),
)
def test_errors_have_the_json_path(spec, message):
    with pytest.raises(UserError, match=f'^{re.escape("spec: " + message)}'):
        find_targets(spec)


def test_names_are_unique_only_within_a_namespace_and_a_kind():
    spec = {'Jobs': [named(), named(Namespace='db')], 'Pods': [named()]}
    assert len(find_targets(spec)) == 3


def test_no_access_stays_no_access():
    def refuse(word):
        raise AccessError('no way')

    with pytest.raises(AccessError, match=r'^no way$'):
        targets(parse({'Jobs': [named()]}), 'shop', refuse, Options())


def test_errors_begin_with_the_name_of_the_file():
    with pytest.raises(UserError, match=r'^spec.json: must be a mapping'):
        parse([], 'spec.json')
    with pytest.raises(UserError, match=r'^spec.json: Jobs\[1\]: .* already tracked by Jobs\[0\]$'):
        targets(parse({'Jobs': [named(), named()]}, 'spec.json'), 'shop', resolve, Options())


@pytest.mark.parametrize(
    ('content', 'names'),
    (
        (b'{"Jobs": [{"ResourceName": "a"}]}', ['a']),
        (b'\xef\xbb\xbf{}', []),
        ('{"Jobs": null}'.encode('utf-16'), []),
    ),
)
def test_a_spec_is_json(content, names):
    assert [entry.name for entry in parse_text(content, 'x').entries] == names


@pytest.mark.parametrize(
    ('content', 'message'),
    (
        (b'', 'spec.json is empty'),
        (b' \n', 'spec.json is empty'),
        (b'Jobs: []', 'spec.json is not JSON: '),
        (b'{} {}', 'spec.json is not JSON: '),
        (b'\xff\xfe\xff', 'spec.json is not JSON: '),
        (b'[' * 100_000, 'spec.json is not JSON: '),
        (b'[' * 201 + b']' * 201, 'spec.json is nested more than 200 levels deep'),
        (b'[' * 5_000 + b']' * 5_000, 'spec.json is nested more than 200 levels deep'),
        (b'{"a": NaN}', 'spec.json is not JSON: NaN is not valid JSON'),
        (b'{"Jobs": [], "Jobs": []}', 'spec.json is not JSON: duplicate key "Jobs" in an object'),
    ),
)
def test_invalid_json_is_an_error(content, message):
    with pytest.raises(UserError, match=f'^{re.escape(message)}'):
        parse_text(content, 'spec.json')


def test_a_duplicate_among_many_keys_is_looked_for_once():
    class Key(str):
        compared = 0
        __hash__ = str.__hash__

        def __eq__(self, other):
            Key.compared += 1
            return str.__eq__(self, other)

    names = [*map(str, range(2_000)), '1999']
    with pytest.raises(ValueError, match='duplicate key "1999" in an object'):
        spec_targets._object([(Key(name), 1) for name in names])
    assert Key.compared < 10 * len(names)
