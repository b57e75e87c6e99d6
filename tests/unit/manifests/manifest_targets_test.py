"""Targets of objects in files: their namespaces, and the objects that are skipped."""

from __future__ import annotations

import pytest

from kubectl_dog.manifests import crds
from kubectl_dog.manifests import manifest_targets
from kubectl_dog.manifests.manifest_objects import Place
from kubectl_dog.manifests.manifest_objects import Placed
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target

KINDS = {
    ('apps/v1', 'Deployment'): DEPLOYMENTS,
    ('batch/v1', 'Job'): JOBS,
    ('v1', 'Node'): NODES,
}
GADGETS = Resource('x.io', 'v1', 'gadgets', 'Gadget', 'gg')


def served(version, kind):
    return KINDS.get((version, kind), f'no {kind}')


def deploy(**metadata):
    return {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': metadata}


def job(**annotations):
    named = {f'helm.sh/{key.replace("_", "-")}': value for key, value in annotations.items()}
    metadata = {'name': 'j', 'annotations': named}
    return {'apiVersion': 'batch/v1', 'kind': 'Job', 'metadata': metadata}


def crd(**spec):
    base = {
        'group': 'x.io',
        'names': {'kind': 'Gadget', 'plural': 'gadgets', 'shortNames': ['gg']},
        'scope': 'Namespaced',
        'versions': [{'name': 'v1', 'served': True}, {'name': 'v0', 'served': False}],
    }
    kind = {'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition'}
    return {**kind, 'metadata': {'name': 'gadgets.x.io'}, 'spec': {**base, **spec}}


def gadget(version='x.io/v1'):
    return {'apiVersion': version, 'kind': 'Gadget', 'metadata': {'name': 'g'}}


def find(*objects, is_explicit=False):
    placed = [Placed(Place('f', number, 1), obj) for number, obj in enumerate(objects, 1)]
    return manifest_targets.find_targets(placed, 'shop', is_explicit, served)


@pytest.mark.parametrize(
    ('obj', 'target'),
    (
        (deploy(name='a'), Target(DEPLOYMENTS, 'shop', 'a')),
        (deploy(name='a', namespace='own'), Target(DEPLOYMENTS, 'own', 'a')),
        (
            {'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': 'n', 'namespace': 'odd'}},
            Target(NODES, '', 'n'),
        ),
        (job(hook='pre-install,pre-upgrade', hook_weight='1'), Target(JOBS, 'shop', 'j')),
        (job(hook='post-install,test'), Target(JOBS, 'shop', 'j')),
        (
            job(hook='post-install', hook_delete_policy='before-hook-creation'),
            Target(JOBS, 'shop', 'j'),
        ),
    ),
)
def test_objects_are_targets_where_they_say(obj, target):
    assert find(obj)[:2] == ((target,), ())


@pytest.mark.parametrize(
    ('obj', 'message'),
    (
        (deploy(generateName='a-'), 'the server generates its name (generateName)'),
        (deploy(), 'it has no name'),
        (deploy(name=7), 'it has no name'),
        ({**deploy(), 'metadata': []}, 'it has no name'),
        (deploy(name='../../x'), 'invalid name "../../x"'),
        (deploy(name='..'), 'invalid name "'),
        (deploy(name='a,metadata.name=b'), 'invalid name "'),
        (deploy(name='a', namespace='x/../y'), 'invalid name "'),
        ({**deploy(name='a'), 'kind': 'Odd'}, 'no Odd'),
        (job(hook='test'), 'helm does not run it during a rollout (helm.sh/hook: test)'),
        (job(hook='pre-delete, post-rollback'), 'helm does not run it during a rollout'),
        (
            job(hook='pre-install', hook_delete_policy='before-hook-creation, hook-succeeded'),
            'helm deletes it after it has finished (helm.sh/hook-delete-policy: hook-succeeded)',
        ),
    ),
)
def test_untrackable_objects_are_skipped_with_a_notice(obj, message):
    result = find(obj, deploy(name='z'))
    assert [target.name for target in result.targets] == ['z']
    assert result.notices[0].startswith('f, document 1 (line 1) is ignored: ')
    assert message in result.notices[0]


def test_a_duplicate_is_one_target_and_both_places_are_named():
    result = find(deploy(name='a'), deploy(name='a', namespace='shop'), deploy(name='b'))
    assert [target.name for target in result.targets] == ['a', 'b']
    assert result.notices == (
        'f, document 2 (line 1) is ignored: deploy/a is already in f, document 1 (line 1)',
    )


def test_a_namespace_that_was_named_holds_for_all():
    assert find(deploy(name='a', namespace='shop'), is_explicit=True).notices == ()
    with pytest.raises(
        UserError, match=r'f, document 1 \(line 1\): .*"own" does not match .*"shop"'
    ):
        find(deploy(name='a', namespace='own'), is_explicit=True)


@pytest.mark.parametrize('objects', ((gadget(), crd()), (crd(), gadget())))
def test_a_definition_in_the_file_makes_its_kind_known(objects):
    result = find(*objects)
    assert Target(GADGETS, 'shop', 'g') in result.targets
    assert find(*reversed(objects), gadget('x.io/v2')).notices[-1].endswith('no Gadget')


@pytest.mark.parametrize(
    ('spec', 'expected'),
    (
        ({}, [GADGETS]),
        ({'scope': 'Cluster'}, [GADGETS._replace(namespaced=False)]),
        ({'names': {'kind': 'Gadget', 'plural': 'gadgets'}}, [GADGETS._replace(short='gadget')]),
        ({'versions': [{'name': 'v0'}]}, []),
        ({'versions': None}, []),
        ({'versions': [7, {'name': '../..', 'served': True}]}, []),
        ({'names': {}}, []),
        ({'names': {'kind': 'Gadget', 'plural': 'a/b'}}, []),
        ({'group': '..'}, []),
        ({'group': 7}, []),
    ),
)
def test_definitions_are_read_as_far_as_they_make_sense(spec, expected):
    assert list(crds.resources([crd(**spec), gadget(), {}]).values()) == expected


def test_objects_come_with_their_targets():
    web, skipped = deploy(name='web'), deploy(generateName='web-')
    result = find(web, skipped, deploy(name='web', labels={'a': 'b'}))
    assert result.objects == {result.targets[0]: web}
