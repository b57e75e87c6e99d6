from __future__ import annotations

import pytest

from kubectl_dog import api
from kubectl_dog.cli import targets
from kubectl_dog.cluster import discovery
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Resource

NODES = Resource('', 'v1', 'nodes', 'Node', 'no', namespaced=False)
SETS = Resource('apps', 'v1', 'statefulsets', 'StatefulSet', 'sts')
SERVICES = Resource('', 'v1', 'services', 'Service', 'svc')


class Connection:
    server, user = 'https://h', ''

    def get(self, path, query=(), accept=''):
        raise AssertionError('nothing is to be asked')


@pytest.mark.parametrize(
    ('words', 'label', 'resource'),
    (
        (['deploy/web'], 'deploy/web', DEPLOYMENTS),
        (['deploy', 'web'], 'deploy/web', DEPLOYMENTS),
        (['Deployment/web'], 'deploy/web', DEPLOYMENTS),
        (['deployments.apps/web'], 'deploy/web', DEPLOYMENTS),
        (['deployment.v1.apps', 'web'], 'deploy/web', DEPLOYMENTS),
        (['po/a'], 'po/a', PODS),
        (['PODS', 'a'], 'po/a', PODS),
        (['pod.v1.', 'a'], 'po/a', PODS),
    ),
)
def test_kinds_that_every_server_has_are_known_without_asking(words, label, resource):
    [target] = targets.parse(words, 'shop', api.resolver(Connection()))
    assert (target.label, target.namespace, target.resource) == (label, 'shop', resource)


@pytest.mark.parametrize(('resource', 'namespace'), ((SETS, 'shop'), (NODES, '')))
def test_other_kinds_are_resolved_and_have_a_namespace_or_not(resource, namespace):
    words = []

    def resolve(word):
        words.append(word)
        return resource

    [target] = targets.parse(['Word.v1.group/a.b'], 'shop', resolve)
    assert (words, target) == (['Word.v1.group'], (resource, namespace, 'a.b'))


@pytest.mark.parametrize(
    ('words', 'told'),
    (
        (['web'], 'which web\\? Write web/NAME'),
        (['deploy/'], 'names no object'),
        (['/web'], 'names no object'),
        (['deploy/a/b'], 'names no object'),
        (['deploy/a', 'deploy/b'], 'one target at a time'),
        (['deploy', 'a', 'b'], 'one target at a time'),
        (['deploy,sts/a'], 'one target at a time'),
    ),
)
def test_what_is_no_target_is_told_before_anything_is_asked(words, told):
    with pytest.raises(UserError, match=told):
        targets.split(words)
    with pytest.raises(UserError, match=told):
        targets.parse(words, 'shop', Connection().get)


def test_kinds_are_resolved_by_one_resolver(monkeypatch):
    made = []

    def resolver(connection):
        made.append(connection)
        return lambda word: SETS

    monkeypatch.setattr(discovery, 'Resolver', resolver)
    connection = Connection()
    resolve = api.resolver(connection)
    assert made == []
    assert (resolve('word'), resolve('words')) == (SETS, SETS)
    assert made == [connection]
