"""Objects whose kind or namespace does not exist, and backends, as the rules see them."""

from __future__ import annotations

import pytest

from tests.unit.checked import SHOP
from tests.unit.checked import check_objects
from tests.unit.checked import container
from tests.unit.checked import obj
from tests.unit.checked import workload

FOO = {'apiVersion': 'example.com/v1', 'kind': 'Foo', 'metadata': {'name': 'foo'}}
DEFINITION = {
    'apiVersion': 'apiextensions.k8s.io/v1',
    'kind': 'CustomResourceDefinition',
    'metadata': {'name': 'foos.example.com'},
    'spec': {
        'group': 'example.com',
        'scope': 'Namespaced',
        'names': {'kind': 'Foo', 'plural': 'foos'},
        'versions': [{'name': 'v1', 'served': True}],
    },
}


def test_an_unknown_kind_is_found():
    result = check_objects(FOO)
    assert result.found == [('foo', 'CreateFailed', 'Foo')]
    assert result.server.dry_runs == {}


def test_a_kind_that_the_batch_defines_is_no_problem():
    result = check_objects(FOO, DEFINITION)
    assert ('foo', 'CreateFailed', 'Foo') not in result.found
    assert not any('foos' in path for path in result.server.dry_runs)


def test_a_missing_namespace_is_the_only_problem_of_its_objects():
    missing = [container(envFrom=[{'configMapRef': {'name': 'x'}}])]
    result = check_objects(workload(namespace='shpo', containers=missing))
    assert result.found == [('web', 'CreateFailed', 'namespace/shpo')]
    assert '"shop"' in result.causes[0].evidence[0]
    assert result.server.dry_runs == {}


def test_without_permission_to_list_namespaces_there_is_no_similar_name():
    result = check_objects(workload(), cluster=())
    assert result.codes == ['CreateFailed']


def test_a_namespace_of_the_batch_counts_as_present():
    result = check_objects(
        obj('Namespace', 'new'),
        workload(namespace='new', pod={'serviceAccountName': 'robot'}),
        obj('Secret', 'db', 'new'),
    )
    assert result.found == [('web', 'ServiceAccountMissing', 'robot')]
    assert list(result.server.dry_runs) == ['/api/v1/namespaces/new']


def ingress(name='front', port=None, default=None):
    backend = {'service': {'name': name, 'port': port or {'number': 80}}}
    paths = [{'backend': backend}, {'backend': {'resource': {}}}]
    spec = {'rules': [{'http': {'paths': paths}}]}
    return obj('Ingress', spec={**spec, 'defaultBackend': default} if default else spec)


PORTS = {'ports': [{'name': 'http', 'port': 80}]}


@pytest.mark.parametrize(
    ('spec', 'notices'),
    [
        (ingress(), 0),
        (ingress(port={'name': 'http'}), 0),
        (ingress(port={'number': 81}), 1),
        (ingress(port={'name': 'https'}), 1),
        (ingress('gone'), 1),
        (ingress(default={'service': {'name': 'gone'}}), 1),
        (ingress('outside', {'number': 5}), 0),
    ],
)
def test_missing_backends_are_notices(spec, notices):
    outside = obj('Service', 'outside', spec={'type': 'ExternalName'})
    result = check_objects(spec, cluster=(SHOP, obj('Service', 'front', spec=PORTS), outside))
    assert (result.found, len(result.notices)) == ([], notices)


def test_services_that_may_not_be_read_are_one_notice():
    assert len(check_objects(ingress(), forbidden=('services',)).notices) == 1


@pytest.mark.parametrize(
    ('reference', 'notices'),
    [
        ({'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'gone'}, 1),
        ({'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'}, 0),
        ({'apiVersion': 'example.com/v1', 'kind': 'Foo', 'name': 'foo'}, 0),
        ({}, 0),
    ],
)
def test_missing_targets_of_autoscalers_are_notices(reference, notices):
    scaler = obj('HorizontalPodAutoscaler', 'auto', spec={'scaleTargetRef': reference})
    result = check_objects(scaler, workload())
    assert (result.found, len(result.notices)) == ([], notices)
