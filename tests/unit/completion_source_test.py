from __future__ import annotations

import json
import os
from types import SimpleNamespace

import pytest

from kubectl_dog import completion_source
from kubectl_dog.cluster.connections import kubeconfig_connection
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.connection import Response
from kubectl_dog.model.errors import UserError

PODS = {'resource': 'pods', 'responseKind': {'kind': 'Pod'}, 'scope': 'Namespaced'}
KINDS = [
    {**PODS, 'verbs': ['get', 'list'], 'shortNames': ['po']},
    {**PODS, 'resource': 'reviews', 'responseKind': {'kind': 'Review'}, 'verbs': ['create']},
]
GROUP = {'metadata': {'name': ''}, 'versions': [{'version': 'v1', 'resources': KINDS}]}
ANSWERS = {
    '/api': {'kind': 'APIGroupDiscoveryList', 'items': [GROUP]},
    '/apis': {'kind': 'APIGroupDiscoveryList', 'items': []},
    '/api/v1/namespaces': ('default', 'shop'),
    '/api/v1/namespaces/shop/pods': ('web-1', 'web-2'),
    '/apis/apps/v1/namespaces/shop/deployments': ('web', 'web-1'),
}


@pytest.fixture
def connection(tmp_path, monkeypatch):
    monkeypatch.setenv('KUBECACHEDIR', str(tmp_path))

    def get(path, query=(), accept=''):
        answer = ANSWERS[path]
        if isinstance(answer, tuple):
            answer = {'kind': 'List', 'items': [{'metadata': {'name': name}} for name in answer]}
        return Response(200, json.dumps(answer).encode(), {})

    return SimpleNamespace(get=get, namespace='shop', server='https://h', user='jane')


def test_kinds_are_listed_and_cached(connection):
    expected = {'pods': 'Pod v1', 'po': 'Pod v1'}
    assert completion_source.kinds(connection) == expected
    connection.get = None
    assert completion_source.kinds(connection) == expected


def test_objects_of_several_kinds_are_listed_once(connection):
    assert completion_source.objects(connection, 'deploy,po') == ['web', 'web-1', 'web-2']


def test_unknown_kind_has_no_objects(connection):
    with pytest.raises(UserError):
        completion_source.objects(connection, 'bark')


def test_namespaces_are_those_of_the_cluster(connection):
    assert completion_source.namespaces(connection) == ['default', 'shop']


@pytest.mark.parametrize(
    ('section', 'expected'), (('contexts', ['a', 'b']), ('clusters', ['k']), ('users', []))
)
def test_entries_of_all_kubeconfig_files_are_listed(tmp_path, monkeypatch, section, expected):
    first, second = tmp_path / 'first', tmp_path / 'second'
    first.write_text('contexts: [{name: a, context: {}}]\nclusters: [{name: k}]')
    second.write_text('contexts: [{name: b}, {name: a}]')
    monkeypatch.setenv('KUBECONFIG', os.pathsep.join((str(first), str(second))))
    assert completion_source.entries(section, kubeconfig=None, kubeconfig_base64=None) == expected


CONFIG = """
current-context: c
contexts: [{name: c, context: {cluster: k, user: jane, namespace: shop}}]
clusters: [{name: k, cluster: {server: 'https://h'}}]
users: [{name: jane, user: {token: t}}]
"""


@pytest.mark.parametrize(('impersonated', 'user'), ((None, 'jane'), ('joe', '')))
def test_a_connection_is_opened_at_the_first_request(tmp_path, monkeypatch, impersonated, user):
    opened = []
    monkeypatch.setattr(
        kubeconfig_connection, 'connect', lambda flags: opened.append(flags) or SimpleNamespace(a=7)
    )
    (tmp_path / 'config').write_text(CONFIG)
    flags = {'kubeconfig': str(tmp_path / 'config'), 'as_user': impersonated}
    lazy = completion_source.connect(**flags)
    assert (lazy.server, lazy.namespace, lazy.user) == ('https://h', 'shop', user)
    assert opened == []
    assert (lazy.a, lazy.a, opened) == (7, 7, [ConnectionFlags(**flags)])


def test_cached_kinds_need_no_connection(connection, monkeypatch):
    completion_source.kinds(connection)
    monkeypatch.setattr('kubectl_dog.cluster.discovery.client.Resolver', None)
    assert completion_source.kinds(connection) == {'pods': 'Pod v1', 'po': 'Pod v1'}
