"""Objects of watches are compared with files, also by a dry run of the server."""

from __future__ import annotations

import copy
import json

import pytest

from kubectl_dog.cluster.reads import file_comparison
from kubectl_dog.cluster.reads.file_comparison import FileComparison
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.objects import FILE_DIFFERENCES
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import Target

PATH = '/apis/apps/v1/namespaces/shop/deployments/web'
APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'


class Connection:
    """Answers dry runs with a status, or fails with an error."""

    def __init__(self, answer=None, status=200):
        self.answer = answer
        self.status = status
        self.requests = []

    def dry_run_apply(self, path, body, query=()):
        self.requests.append((path, json.loads(body)))
        if isinstance(self.answer, Exception):
            raise self.answer
        body = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        return Response(self.status, body, {})


def deployment(policy='Always', name='web', **metadata):
    container = {'name': 'main', 'image': 'web:1', 'imagePullPolicy': policy}
    return {
        'apiVersion': 'apps/v1',
        'kind': 'Deployment',
        'metadata': {'name': name, 'namespace': 'shop', 'uid': f'uid-{name}', **metadata},
        'spec': {'template': {'spec': {'containers': [container]}}},
    }


WEB = Target(DEPLOYMENTS, 'shop', 'web')
FIELD = 'spec.template.spec.containers[main].imagePullPolicy'


def differences(comparison, obj):
    prepared = comparison.prepare(copy.deepcopy(obj))
    return [entry['field'] for entry in prepared.get(FILE_DIFFERENCES, ())]


def compare(connection, wanted, current):
    return differences(FileComparison(connection, {WEB: wanted}), current)


def test_an_object_like_its_file_is_only_pruned():
    connection = Connection()
    metadata = {'managedFields': [], 'annotations': {APPLIED: '{}'}}
    current = deployment(**metadata)
    comparison = FileComparison(connection, {WEB: deployment()})
    assert comparison.prepare(current) == deployment()
    assert connection.requests == []


@pytest.mark.parametrize(
    'current',
    (
        deployment('Never', 'other'),
        deployment('Never', namespace='other'),
        {**deployment('Never'), 'kind': 'StatefulSet'},
        {},
    ),
)
def test_other_objects_are_not_compared(current):
    assert compare(Connection(), deployment(), current) == []


@pytest.mark.parametrize(
    ('resource', 'expected'), ((DEPLOYMENTS, True), (PODS, False), (ENDPOINTSLICES, True))
)
def test_owners_are_needed_for_the_kinds_of_files(resource, expected):
    comparison = FileComparison(None, {Target(DEPLOYMENTS, 'shop', 'web'): deployment()})
    assert comparison.needs_owners(resource) is expected


def test_the_answer_of_the_server_replaces_the_values_of_the_file():
    rewritten = deployment('Never')
    connection = Connection(rewritten)
    assert compare(connection, deployment(), rewritten) == []
    assert compare(connection, deployment(), deployment('IfNotPresent')) == [FIELD]


def test_a_dry_run_has_what_a_user_may_apply():
    wanted = {
        'apiVersion': 'apps/v1',
        'kind': 'Deployment',
        'metadata': {
            'name': 'web',
            'labels': {'a': 'b'},
            'annotations': {'c': 'd', APPLIED: '{}'},
            'uid': 'old',
            'resourceVersion': '1',
            'managedFields': [],
        },
        'spec': deployment()['spec'],
        'status': {'replicas': 1},
    }
    connection = Connection(deployment())
    compare(connection, wanted, deployment('Never'))
    metadata = {'name': 'web', 'labels': {'a': 'b'}, 'annotations': {'c': 'd'}, 'namespace': 'shop'}
    expected = {**wanted, 'metadata': metadata}
    del expected['status']
    assert connection.requests == [(PATH, expected)]


@pytest.mark.parametrize(
    'connection',
    (
        Connection({}, 403),
        Connection({}, 404),
        Connection({}, 405),
        Connection({}, 415),
        Connection({}, 422),
        Connection({}, 500),
        Connection(b'odd'),
        Connection([]),
        Connection(UnreachableError('gone')),
        Connection(OSError()),
        object(),
    ),
)
def test_without_an_answer_the_values_of_the_file_count(connection):
    assert compare(connection, deployment(), deployment('Never')) == [FIELD]
    assert compare(connection, deployment(), deployment()) == []


@pytest.mark.parametrize(
    ('status', 'expected'), ((200, 2), (403, 1), (405, 1), (415, 1), (404, 2), (422, 2))
)
def test_a_kind_that_may_not_be_applied_is_asked_for_once(status, expected):
    connection = Connection(deployment(), status)
    files = {WEB: deployment(), WEB._replace(name='api'): deployment(name='api')}
    comparison = FileComparison(connection, files)
    for name in ('web', 'api'):
        assert differences(comparison, deployment('Never', name)) == [FIELD]
    assert len(connection.requests) == expected


def test_each_object_is_applied_once():
    connection = Connection(deployment())
    comparison = FileComparison(connection, {WEB: deployment()})
    for policy in ('Never', 'IfNotPresent', 'Always', 'Never'):
        differences(comparison, deployment(policy))
    assert len(connection.requests) == 1
    differences(comparison, deployment('Never', uid='created again'))
    assert len(connection.requests) == 2


def test_the_number_of_dry_runs_is_limited(monkeypatch):
    monkeypatch.setattr(file_comparison, 'MOST_DRY_RUNS', 3)
    connection = Connection(deployment())
    names = [f'web-{number}' for number in range(5)]
    files = {WEB._replace(name=name): deployment(name=name) for name in names}
    comparison = FileComparison(connection, files)
    assert [differences(comparison, deployment('Never', name)) for name in names] == [[FIELD]] * 5
    assert len(connection.requests) == 3


def test_the_time_of_dry_runs_is_limited():
    connection = Connection(deployment())
    names = [f'web-{number}' for number in range(5)]
    files = {WEB._replace(name=name): deployment(name=name) for name in names}
    # Two readings for each dry run, six seconds apart.
    comparison = FileComparison(connection, files, iter(range(0, 100, 6)).__next__)
    for name in names:
        differences(comparison, deployment('Never', name))
    assert len(connection.requests) == 2


def test_objects_that_are_being_deleted_are_not_applied():
    connection = Connection(deployment())
    going = deployment('Never', deletionTimestamp='2026-01-01T00:00:00Z')
    assert compare(connection, deployment(), going) == ['metadata.deletionTimestamp', FIELD]
    assert connection.requests == []


def test_values_of_secrets_are_compared_and_neither_sent_nor_kept():
    secret = {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 's', 'namespace': 'shop'}}
    connection = Connection({})
    target = Target(SECRETS, 'shop', 's')
    comparison = FileComparison(connection, {target: {**secret, 'stringData': {'key': 'hunter2'}}})
    prepared = comparison.prepare({**copy.deepcopy(secret), 'data': {'key': 'b2xk'}})
    assert prepared == {
        **secret,
        'data': {'key': ''},
        FILE_DIFFERENCES: [{'field': 'data.key'}],
    }
    assert connection.requests == []


def test_cluster_scoped_objects_have_no_namespace():
    target = Target(DEPLOYMENTS._replace(kind='Role', namespaced=False), '', 'r')
    wanted = {'apiVersion': 'apps/v1', 'kind': 'Role', 'metadata': {'name': 'r'}, 'a': 1}
    connection = Connection({}, 500)
    comparison = FileComparison(connection, {target: wanted})
    assert differences(comparison, {**wanted, 'a': 2}) == ['a']
    [(path, body)] = connection.requests
    assert (path, body['metadata']) == (
        '/apis/apps/v1/deployments/r',
        {'name': 'r', 'labels': {}, 'annotations': {}},
    )


@pytest.mark.parametrize(
    ('change', 'comparisons'),
    (
        ({}, 1),
        ({'generation': 2}, 2),
        ({'uid': 'other'}, 2),
        ({'labels': {'a': 'b'}}, 2),
        ({'annotations': {'a': 'c'}}, 2),
        ({'deletionTimestamp': 'x'}, 2),
        # A kind without generations.
        ({'generation': 0}, 2),
    ),
)
def test_what_was_equal_is_not_compared_again(monkeypatch, change, comparisons):
    compared, compare_fields = [], file_comparison.unapplied_fields
    monkeypatch.setattr(
        file_comparison,
        'unapplied_fields',
        lambda *objects: compared.append(objects) or compare_fields(*objects),
    )
    first = {'uid': 'x', 'generation': 1, 'annotations': {'a': 'b', APPLIED: '{}'}}
    comparison = FileComparison(None, {WEB: deployment()})
    for metadata in (first, {**first, **change}):
        fresh = {**metadata, 'annotations': dict(metadata['annotations'])}
        comparison.prepare(deployment(**fresh))
    assert len(compared) == comparisons


def test_what_differs_is_compared_again():
    comparison = FileComparison(None, {WEB: deployment()})
    differing = {'generation': 1, 'uid': 'x'}
    assert differences(comparison, deployment('Never', **differing))
    assert differences(comparison, deployment('Never', **differing))
    # The file sets a field that no generation counts.
    comparison = FileComparison(None, {WEB: {**deployment(), 'data': {'a': 'b'}}})
    for data, expected in (({'a': 'b'}, 0), ({'a': 'c'}, 1)):
        live = {**deployment(**differing), 'data': data}
        assert len(differences(comparison, live)) == expected
