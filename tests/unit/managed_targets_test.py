"""Inventories of applications, resolved with the kinds of a server."""

from __future__ import annotations

import pytest

from kubectl_dog import managed_targets
from kubectl_dog import target_resolution
from kubectl_dog.cluster import helm
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import MissingError
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import ObjectReference

SERVED = {
    ('apps/v1', 'Deployment'): DEPLOYMENTS,
    ('v1', 'ConfigMap'): CONFIGMAPS,
    ('v1', 'Node'): NODES,
}
MANIFEST = """
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b, namespace: other}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: c}
"""


class Kinds:
    def of_kind(self, version, kind):
        return SERVED.get((version, kind), f'no kind {kind}')


class Connection:
    namespace = 'default'


@pytest.fixture
def resolve(monkeypatch):
    def run(*objects, release=(), answer=MANIFEST):
        def read(connection, name, namespace):
            assert (name, namespace) == ('web', 'shop')
            if isinstance(answer, Exception):
                raise answer
            return helm.Release(name, 1, answer)

        monkeypatch.setattr(target_resolution, 'resolver', lambda connection: Kinds())
        monkeypatch.setattr(helm, 'release', read)
        want = ManagedObjects(tuple(ObjectReference(*item) for item in objects), release)
        return managed_targets.resolve(Connection(), want)

    return run


def config(name, namespace='shop'):
    return Target(CONFIGMAPS, namespace, name)


def test_references_are_targets_without_duplicates(resolve):
    answer = resolve(
        ('apps/v1', 'Deployment', 'shop', 'web'),
        ('v1', 'ConfigMap', 'other', 'a'),
        ('v1', 'ConfigMap', 'other', 'a'),
        ('v1', 'Node', 'shop', 'n'),
    )
    assert answer.targets == (
        Target(DEPLOYMENTS, 'shop', 'web'),
        config('a', 'other'),
        Target(NODES, '', 'n'),
    )
    assert (answer.notices, answer.failure) == ((), '')


@pytest.mark.parametrize(
    ('reference', 'reason'),
    (
        (('example.com/v1', 'Widget', 'shop', 'x'), 'no kind Widget'),
        (('v1', 'ConfigMap', 'shop', '../x'), 'its name is invalid'),
        (('v1', 'ConfigMap', 'shop', '..'), 'its name is invalid'),
        (('v1', 'ConfigMap', 'shop', 'a,b=c'), 'its name is invalid'),
        (('v1', 'ConfigMap', '', 'a'), 'invalid namespace ""'),
        (('v1', 'ConfigMap', 'shop/x', 'a'), 'invalid namespace "shop/x"'),
    ),
)
def test_objects_that_cannot_be_read_are_named(resolve, reference, reason):
    answer = resolve(reference)
    assert answer.targets == ()
    assert answer.notices == (f'{reference[1]} {reference[3]} is ignored: {reason}',)


def test_the_manifest_of_a_release_is_used(resolve):
    answer = resolve(release=('shop', 'web'))
    assert answer.targets == (config('a'), config('b', 'other'))
    assert len(answer.notices) == 1


def test_a_release_that_may_not_be_read_is_a_failure(resolve):
    answer = resolve(release=('shop', 'web'), answer=AccessError('secrets is forbidden'))
    assert (answer.targets, answer.failure) == ((), 'secrets is forbidden')


def test_a_release_that_does_not_exist_is_a_notice(resolve):
    answer = resolve(release=('shop', 'web'), answer=MissingError('there is no release'))
    assert (answer.notices, answer.failure) == (('there is no release',), '')
