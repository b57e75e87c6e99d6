from __future__ import annotations

import json

import pytest

from kubectl_dog.cluster.reads.prune import needs_owners
from kubectl_dog.cluster.reads.prune import prune
from kubectl_dog.cluster.reads.prune import without_owners
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.resources import PODS

APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'


def definition(properties):
    version = {'name': 'v1', 'schema': {'openAPIV3Schema': {'properties': properties}}}
    return {'kind': 'CustomResourceDefinition', 'spec': {'versions': [version]}}


@pytest.mark.parametrize(
    ('before', 'after'),
    (
        ({}, {}),
        ({'metadata': {'managedFields': [1], 'name': 'a'}}, {'metadata': {'name': 'a'}}),
        ({'metadata': {'annotations': {APPLIED: '{}'}}}, {'metadata': {}}),
        (
            {'metadata': {'annotations': {APPLIED: '{}', 'a': 'b'}}},
            {'metadata': {'annotations': {'a': 'b'}}},
        ),
        (
            {'kind': 'Secret', 'data': {'key': 'c2VjcmV0'}, 'stringData': {'x': 'y'}},
            {'kind': 'Secret', 'data': {'key': ''}},
        ),
        ({'kind': 'Pod', 'spec': None}, {'kind': 'Pod', 'spec': None}),
        (
            definition({'status': {'type': 'object'}, 'spec': {'type': 'object'}}),
            definition({'status': {'type': 'object'}}),
        ),
        (definition({'spec': {'type': 'object'}}), definition({})),
        (
            {'kind': 'CustomResourceDefinition', 'spec': {'versions': [{'name': 'v1'}]}},
            {'kind': 'CustomResourceDefinition', 'spec': {'versions': [{'name': 'v1'}]}},
        ),
    ),
)
def test_prune(before, after):
    assert prune(before) == after


def container():
    return {'name': 'a', 'image': 'b', 'env': [{'name': 'X', 'value': '1'}], 'readinessProbe': {}}


def spec():
    more = {'terminationMessagePath': '/dev/x', 'volumeMounts': [], 'stdin': True}
    return {
        'dnsPolicy': 'ClusterFirst',
        'nodeName': 'n1',
        'volumes': [{'name': 'v'}],
        'containers': [{**container(), **more}],
        'initContainers': [{**container(), **more}],
    }


PRUNED = {
    'nodeName': 'n1',
    'volumes': [{'name': 'v'}],
    'containers': [container()],
    'initContainers': [container()],
}


def test_pods_and_templates_keep_what_is_judged():
    pod = {'kind': 'Pod', 'spec': spec(), 'status': {'phase': 'Running'}}
    assert prune(pod) == {'kind': 'Pod', 'spec': PRUNED, 'status': {'phase': 'Running'}}
    owner = {'kind': 'ReplicaSet', 'spec': {'replicas': 1, 'template': {'spec': spec()}}}
    assert prune(owner)['spec'] == {'replicas': 1, 'template': {'spec': PRUNED}}


def written(*fields):
    """An entry of managedFields, written in the second that it is the number of."""
    return [
        {'manager': 'm', 'time': f'2026-01-01T00:00:0{n}Z', 'fieldsV1': {key: {} for key in keys}}
        for n, keys in enumerate(fields)
    ]


@pytest.mark.parametrize(
    ('version', 'entries', 'kept'),
    (
        ('x.example.com/v1', written(['f:spec'], ['f:status']), '2026-01-01T00:00:00Z'),
        (
            'x.example.com/v1',
            written(['f:status'], ['f:metadata', 'f:spec']),
            '2026-01-01T00:00:01Z',
        ),
        ('x.example.com/v1', written(['f:metadata'], ['f:status']), None),
        ('x.example.com/v1', [None, {}, {'fieldsV1': {'f:spec': {}}}, {'fieldsV1': 'x'}], None),
        ('x.example.com/v1', 'x', None),
        ('apps/v1', written(['f:spec']), None),
        ('v1', written(['f:spec']), None),
    ),
)
def test_of_custom_resources_it_is_kept_when_their_spec_was_written(version, entries, kept):
    pruned = prune({'apiVersion': version, 'metadata': {'managedFields': entries}})
    assert pruned['metadata'] == ({'managedFields': [{'time': kept}]} if kept else {})


@pytest.mark.parametrize(
    ('resource', 'expected'), ((PODS, False), (DEPLOYMENTS, False), (ENDPOINTSLICES, True))
)
def test_owners_are_needed_for_kinds_that_may_be_custom(resource, expected):
    assert needs_owners(resource) is expected


def text_of(obj):
    return json.dumps(obj, separators=(',', ':')).encode()


def owned(fields, subresource=''):
    """An entry of managedFields as the API server writes it."""
    entry = {'manager': 'kubelet', 'operation': 'Update', 'time': 'x', 'fieldsV1': fields}
    return {**entry, 'subresource': subresource} if subresource else entry


SETS = {'f:spec': {'k:{"name":"main"}': {'.': {}}, 'v:"a"': {}}}


@pytest.mark.parametrize(
    'entries',
    (
        [owned({})],
        [owned(SETS), owned(SETS, 'status')],
        # Brackets in strings.
        [owned({'k:{"a":[{}]': {}})],
    ),
)
def test_owners_are_removed_before_decoding(entries):
    rest = {'spec': {'containers': [{'name': 'a'}]}, 'status': {'phase': 'Running'}}
    whole = {'kind': 'Pod', 'metadata': {'name': 'a', 'managedFields': entries}, **rest}
    pruned = {'kind': 'Pod', 'metadata': {'name': 'a'}, **rest}
    assert json.loads(without_owners(text_of(whole))) == pruned


KEPT = owned({})


@pytest.mark.parametrize(
    'obj',
    (
        {'metadata': {'name': 'a'}, 'spec': {}},
        # Only in a string.
        {'metadata': {'name': ',"managedFields":[{"manager":"x"}]},"spec'}, 'spec': {}},
        # Not the last field of the metadata, or nothing follows the metadata.
        {'metadata': {'name': 'a', 'managedFields': [KEPT], 'x': [{}]}, 'spec': {'b': [{}]}},
        {'metadata': {'name': 'a', 'managedFields': [KEPT]}},
        {'metadata': {'name': 'a', 'managedFields': [KEPT]}, '-': 1},
        # Another form.
        {'metadata': {'name': 'a', 'managedFields': []}, 'spec': {'b': [{}]}},
        {'metadata': {'name': 'a', 'managedFields': [{'a': 1}]}, 'spec': {}},
        {'metadata': {'name': 'a', 'managedFields': [KEPT, 1]}, 'spec': {'b': [{}]}, 'c': 1},
        {'metadata': {'name': 'a', 'managedFields': 'x'}, 'spec': {}},
        {'metadata': {'name': 'a', 'managedFields': [owned({'k:[1],': {}})]}, 'spec': {}},
    ),
)
def test_other_forms_are_decoded_as_they_are(obj):
    assert without_owners(text_of(obj)) == text_of(obj)


@pytest.mark.parametrize('cut', range(1, 170, 7))
def test_a_part_of_a_text_stays_a_part(cut):
    whole = text_of({'metadata': {'name': 'a', 'managedFields': [owned(SETS)]}, 'spec': {}})
    with pytest.raises(json.JSONDecodeError):
        json.loads(without_owners(whole[:-cut]))
