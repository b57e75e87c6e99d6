"""Missing ConfigMaps, Secrets and keys are found, and only those that the kubelet misses."""

from __future__ import annotations

import pytest

from tests.unit.checked import SHOP
from tests.unit.checked import check_objects
from tests.unit.checked import container
from tests.unit.checked import obj
from tests.unit.checked import workload

KINDS = ('Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob')


def env(field, **source):
    return container(env=[{'name': 'A', 'valueFrom': {field: source}}])


def volume(**source):
    return {'volumes': [{'name': 'files', **source}]}


@pytest.mark.parametrize('kind', KINDS)
def test_references_of_every_workload_are_checked(kind):
    spec = workload(kind, containers=[container(envFrom=[{'configMapRef': {'name': 'settings'}}])])
    assert check_objects(spec).found == [('web', 'ConfigMapMissing', 'settings')]
    assert check_objects(spec, cluster=(SHOP, obj('ConfigMap', 'settings'))).found == []


@pytest.mark.parametrize(
    ('pod', 'containers', 'code', 'subject'),
    [
        ({}, [container(envFrom=[{'secretRef': {'name': 'db'}}])], 'SecretMissing', 'db'),
        ({}, [env('secretKeyRef', name='db', key='user')], 'SecretMissing', 'db'),
        ({}, [env('configMapKeyRef', name='conf', key='user')], 'ConfigMapMissing', 'conf'),
        (volume(configMap={'name': 'conf'}), None, 'ConfigMapMissing', 'volume/conf'),
        (volume(secret={'secretName': 'tls'}), None, 'SecretMissing', 'volume/tls'),
        (
            volume(projected={'sources': [{'secret': {'name': 'tls'}}]}),
            None,
            'SecretMissing',
            'volume/tls',
        ),
        (
            {'initContainers': [container('init', envFrom=[{'configMapRef': {'name': 'conf'}}])]},
            None,
            'ConfigMapMissing',
            'conf',
        ),
    ],
)
def test_missing_objects(pod, containers, code, subject):
    spec = workload(pod=pod, containers=containers)
    assert check_objects(spec).found == [('web', code, subject)]


@pytest.mark.parametrize(
    ('pod', 'containers', 'subject'),
    [
        ({}, [env('secretKeyRef', name='db', key='user')], 'db/user'),
        ({}, [env('configMapKeyRef', name='conf', key='user')], 'conf/user'),
        (
            volume(configMap={'name': 'conf', 'items': [{'key': 'user', 'path': 'x'}]}),
            None,
            'volume/user',
        ),
        (
            volume(secret={'secretName': 'db', 'items': [{'key': 'user', 'path': 'x'}]}),
            None,
            'volume/user',
        ),
    ],
)
def test_missing_keys(pod, containers, subject):
    spec = workload(pod=pod, containers=containers)
    without = (SHOP, obj('Secret', 'db', data={'pass': ''}), obj('ConfigMap', 'conf', data={}))
    assert check_objects(spec, cluster=without).found == [('web', 'KeyMissing', subject)]
    having = (
        SHOP,
        obj('Secret', 'db', data={'user': ''}),
        obj('ConfigMap', 'conf', data={'user': ''}),
    )
    assert check_objects(spec, cluster=having).found == []


@pytest.mark.parametrize(
    ('pod', 'containers'),
    [
        ({}, [container(envFrom=[{'configMapRef': {'name': 'conf', 'optional': True}}])]),
        ({}, [env('secretKeyRef', name='db', key='user', optional=True)]),
        (volume(configMap={'name': 'conf', 'optional': True}), None),
        (volume(configMap={'name': 'kube-root-ca.crt'}), None),
        (volume(emptyDir={}), None),
    ],
)
def test_what_may_be_missing_is_no_problem(pod, containers):
    result = check_objects(workload(pod=pod, containers=containers))
    assert (result.found, result.notices) == ([], [])


@pytest.mark.parametrize('field', ('data', 'stringData'))
def test_objects_of_the_batch_and_their_keys_count_as_present(field):
    spec = workload(containers=[env('secretKeyRef', name='db', key='user')])
    secret = obj('Secret', 'db', **{field: {'user': 'x'}})
    assert check_objects(spec, secret).found == []
    assert check_objects(spec, obj('Secret', 'db')).codes == ['KeyMissing']
    assert check_objects(spec, obj('Secret', 'db', 'other')).codes == ['SecretMissing']


def test_a_key_that_only_the_cluster_has_may_belong_to_another_manager():
    spec = workload(containers=[env('configMapKeyRef', name='conf', key='user')])
    present = obj('ConfigMap', 'conf', data={'user': 'x'})
    assert check_objects(spec, obj('ConfigMap', 'conf'), cluster=(SHOP, present)).found == []


def test_a_similar_name_is_evidence():
    spec = workload(containers=[container(envFrom=[{'configMapRef': {'name': 'setings'}}])])
    [cause] = check_objects(spec, cluster=(SHOP, obj('ConfigMap', 'settings'))).causes
    assert '"settings"' in cause.evidence[0]
    assert cause.reason == 'CreateContainerConfigError'
    assert not cause.pods
    assert cause.suggested_commands == ('kubectl get configmaps -n shop',)


SECRET = workload(containers=[container(envFrom=[{'secretRef': {'name': 'db'}}])])
CREATORS = (
    obj('ExternalSecret', 'any', spec={'target': {'name': 'db'}}),
    obj('ExternalSecret', 'db'),
    obj('Service', 'x', annotations={'service.beta.openshift.io/serving-cert-secret-name': 'db'}),
)


@pytest.mark.parametrize('creator', CREATORS)
def test_a_secret_that_an_object_of_the_batch_creates_is_a_notice(creator):
    result = check_objects(SECRET, creator)
    assert result.found == []
    assert [f'"{creator["metadata"]["name"]}"' in text for text in result.notices] == [True]


@pytest.mark.parametrize('name', ('any', 'db'))
def test_an_object_of_a_kind_that_is_not_served_creates_nothing(name):
    creator = obj('ExternalSecret', name, spec={'target': {'name': 'db'}})
    creator['apiVersion'] = 'external-secrets.io/v7'
    assert sorted(check_objects(SECRET, creator).codes) == ['CreateFailed', 'SecretMissing']


def test_a_secret_that_an_object_of_the_cluster_creates_is_a_notice():
    external = obj('ExternalSecret', 'any', spec={'target': {'name': 'db'}})
    result = check_objects(SECRET, cluster=(SHOP, external))
    assert (result.found, len(result.notices)) == ([], 1)


def test_a_creator_that_fails_is_evidence():
    failing = [{'type': 'Ready', 'status': 'False', 'reason': 'SecretSyncedError'}]
    external = obj('ExternalSecret', 'db', status={'conditions': failing})
    [cause] = check_objects(SECRET, cluster=(SHOP, external)).causes
    assert any('SecretSyncedError' in text for text in cause.evidence)


def test_creators_that_may_not_be_read_make_it_a_notice():
    result = check_objects(SECRET, forbidden=('externalsecrets',))
    assert (result.found, len(result.notices)) == ([], 1)


NEEDS_APP = workload(containers=[container(envFrom=[{'secretRef': {'name': 'orders-app'}}])])


@pytest.mark.parametrize(
    ('name', 'spec', 'is_created'),
    [
        # Such as the Secret of a database cluster.
        ('orders', {'target': {'name': 'x'}}, True),
        ('vault', {'target': {'name': 'x'}, 'destination': [{'name': 'orders-app'}]}, True),
        ('invoices', {'target': {'name': 'x'}, 'interval': 60}, False),
        ('canary', {'target': {'name': 'x'}, 'volumes': [{'name': 'orders-app'}]}, False),
    ],
)
def test_an_operator_may_create_an_object_that_its_resource_names(name, spec, is_created):
    result = check_objects(NEEDS_APP, obj('ExternalSecret', name, spec=spec))
    assert result.codes == ([] if is_created else ['SecretMissing'])
    assert len(result.notices) == is_created
    elsewhere = obj('ExternalSecret', name, 'other', spec=spec)
    assert check_objects(NEEDS_APP, elsewhere).codes == ['SecretMissing']


def test_a_volume_may_create_a_secret():
    store = volume(csi={'driver': 'secrets-store.csi.k8s.io'})
    containers = [container(envFrom=[{'secretRef': {'name': 'db'}}])]
    result = check_objects(workload(pod=store, containers=containers))
    assert (result.found, len(result.notices)) == ([], 1)
    config = [container(envFrom=[{'configMapRef': {'name': 'db'}}])]
    assert check_objects(workload(pod=store, containers=config)).codes == ['ConfigMapMissing']


def test_what_may_not_be_read_is_left_out_with_one_notice():
    spec = [
        workload(name=name, containers=SECRET['spec']['template']['spec']['containers'])
        for name in 'ab'
    ]
    result = check_objects(*spec, forbidden=('secrets',))
    assert result.found == []
    [notice] = result.notices
    assert 'secrets' in notice
    # Quiet output has no notices.
    everything = check_objects(*spec, obj('Secret', 'db', data={'password': ''}))
    assert result.ends['a'].message.startswith(everything.ends['a'].message)
    assert result.ends['a'].message != everything.ends['a'].message


def test_missing_pull_secrets_are_notices():
    spec = workload(pod={'imagePullSecrets': [{'name': 'registry'}, {'name': ''}]})
    result = check_objects(spec)
    assert (result.found, len(result.notices)) == ([], 1)
    assert check_objects(spec, obj('Secret', 'registry')).notices == []
    creator = obj('ExternalSecret', 'registry')
    assert check_objects(spec, creator).notices == []


def test_a_name_that_no_object_can_have_is_a_problem_too():
    spec = workload(containers=[container(envFrom=[{'configMapRef': {'name': 'a "b'}}])])
    assert check_objects(spec).codes == ['InvalidConfig']
