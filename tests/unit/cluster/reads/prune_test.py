from __future__ import annotations

import pytest

from kubectl_dog.cluster.reads.prune import prune

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
