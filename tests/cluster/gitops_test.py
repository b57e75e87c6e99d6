"""Applications of Argo CD by their objects: a definition and statuses, written by hand.

Flux has its real controllers in the tier of operators (operators/).
"""

from __future__ import annotations

import json
import re
import time

import pytest

from . import manifests
from .harness.processes import until
from .stage import scene

OLD, OURS = 'a' * 40, 'b' * 40
GROUP = 'argoproj.io'
CRD = f'applications.{GROUP}'


def defined(stage):
    """Define applications as Argo CD does: the status is no subresource."""
    schema = {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}
    version = {'name': 'v1alpha1', 'served': True, 'storage': True}
    names = {'kind': 'Application', 'plural': 'applications', 'shortNames': ['app', 'apps']}
    definition = {
        'apiVersion': 'apiextensions.k8s.io/v1',
        'kind': 'CustomResourceDefinition',
        'metadata': {'name': CRD},
        'spec': {
            'group': GROUP,
            'scope': 'Namespaced',
            'names': names,
            'versions': [{**version, 'schema': {'openAPIV3Schema': schema}}],
        },
    }
    # Several plays need it, so it stays.
    stage.apply(definition)
    assert until(lambda: stage.kubectl.succeeds('get', CRD), 30)
    assert until(lambda: stage.kubectl.succeeds('get', 'applications.argoproj.io'), 30)


def application(stage, revision, *objects, name='shop', sync='Synced', health='Healthy', **status):
    """Write an Application with its status."""
    source = {'repoURL': 'https://git.example.com/shop', 'path': 'shop'}
    spec = {
        'project': 'default',
        'source': source,
        'destination': {'server': 'https://kubernetes.default.svc', 'namespace': 'shop'},
        'syncPolicy': {'automated': {}},
    }
    stage.apply(
        {
            'apiVersion': f'{GROUP}/v1alpha1',
            'kind': 'Application',
            'metadata': {'name': name, 'namespace': stage.namespace},
            'spec': spec,
            'status': {
                'sync': {'status': sync, 'revision': revision, 'comparedTo': {'source': source}},
                'health': {'status': health},
                'resources': [_resource(*entry) for entry in objects],
                **status,
            },
        }
    )


def _resource(group, kind, namespace, name):
    version = 'v1alpha1' if group == GROUP else 'v1'
    entry = {'version': version, 'kind': kind, 'namespace': namespace, 'name': name}
    return {**entry, 'group': group} if group else entry


def elsewhere(stage, *objects):
    """Apply objects in a second namespace; returns its name."""
    other = f'{stage.namespace}-apps'
    stage.kubectl('create', 'namespace', other)
    for obj in objects:
        stage.apply({**obj, 'metadata': {**obj['metadata'], 'namespace': other}})
    return other


def removed(stage):
    stage.kubectl('delete', 'namespace', f'{stage.namespace}-apps', '--wait=false')


def rollout(stage, *flags):
    app = f'{stage.namespace}/shop'
    return stage.dog.start('rollout', '--argo-app', app, *flags)


def verdicts(result):
    """The verdicts in JSON Lines, by kind and name."""
    events = map(json.loads, result.stdout.splitlines())
    ended = [event for event in events if event['type'] == 'ended']
    return {
        f'{event["target"]["kind"]}/{event["target"]["name"]}': event['verdict'] for event in ended
    }


def everything_managed(stage):
    defined(stage)
    other = elsewhere(stage, manifests.deployment('web', probe='true'))
    stage.apply(manifests.configmap('settings', a='b'))
    try:
        application(
            stage,
            OLD,
            ('apps', 'Deployment', other, 'web'),
            ('', 'ConfigMap', stage.namespace, 'settings'),
        )
        file = stage.folder / 'app.jsonl'
        run = rollout(stage, '-o', 'json', '--record', str(file)).wait(90)
        return run, stage.dog('replay', str(file), '--instant', '-o', 'json')
    finally:
        removed(stage)


@scene(everything_managed)
def test_everything_that_is_managed_is_tracked_and_replayed(played):
    run, again = played
    assert (run.code, run.stderr) == (0, '')
    assert verdicts(run) == {
        'Application/shop': 'ready',
        'Deployment/web': 'ready',
        'ConfigMap/settings': 'ready',
    }
    assert (again.code, verdicts(again)) == (run.code, verdicts(run))


def pods_fail_elsewhere(stage):
    defined(stage)
    other = elsewhere(stage, manifests.deployment('web', 'echo no database; exit 3'))
    try:
        application(stage, OLD, ('apps', 'Deployment', other, 'web'))
        return rollout(stage).wait(120)
    finally:
        removed(stage)


@scene(pods_fail_elsewhere)
def test_pods_in_another_namespace_are_the_cause(played):
    assert played.code == 1
    assert re.search(r'^✗ \S+-apps deploy/web failed .*: CrashLoop', played.stdout, re.M)
    assert 'no database' in played.stdout


def later_commit(stage):
    defined(stage)
    stage.apply([manifests.configmap('old', a='b'), manifests.configmap('new', a='b')])
    application(stage, OLD, ('', 'ConfigMap', stage.namespace, 'old'))
    run = rollout(stage, '--at-revision', OURS[:9], '-o', 'json')
    run.wait_for('current: aaaaaaaaaaaa')
    time.sleep(2)
    assert run.running()
    operation = {'phase': 'Running', 'syncResult': {'revision': OURS}}
    application(stage, OURS, sync='OutOfSync', operationState=operation)
    time.sleep(1)
    operation = {'phase': 'Succeeded', 'syncResult': {'revision': OURS}}
    new = ('', 'ConfigMap', stage.namespace, 'new')
    application(stage, OURS, new, operationState=operation)
    return run.wait(60)


@scene(later_commit)
def test_the_objects_of_the_expected_commit_are_the_targets(played):
    assert (played.code, played.stderr) == (0, '')
    assert verdicts(played) == {'Application/shop': 'ready', 'ConfigMap/new': 'ready'}


def applications_of_an_application(stage):
    defined(stage)
    stage.apply(manifests.configmap('settings', a='b'))
    application(stage, OURS, (GROUP, 'Application', stage.namespace, 'team'))
    application(stage, OLD, name='team')
    run = rollout(stage, '--at-revision', OURS, '-o', 'json')
    run.wait_for('current: aaaaaaaaaaaa')
    application(stage, OURS, ('', 'ConfigMap', stage.namespace, 'settings'), name='team')
    return run.wait(60)


@scene(applications_of_an_application)
def test_applications_of_an_application_need_the_commit_too(played):
    assert (played.code, played.stderr) == (0, '')
    assert verdicts(played) == {
        'Application/shop': 'ready',
        'Application/team': 'ready',
        'ConfigMap/settings': 'ready',
    }


def older_success(stage):
    defined(stage)
    application(stage, OLD)
    return rollout(stage, '--at-revision', OURS, '--create-timeout', '3s').wait(60)


@scene(older_success)
def test_a_success_of_an_older_commit_is_no_success(played):
    assert played.code == 4
    assert 'current: aaaaaaaaaaaa' in played.stdout


def failed_sync(stage):
    defined(stage)
    message = 'one or more objects failed to apply, reason: admission webhook denied the request'
    operation = {'phase': 'Failed', 'message': message, 'syncResult': {'revision': OURS}}
    application(stage, OURS, sync='OutOfSync', operationState=operation)
    return rollout(stage, '--at-revision', f'main@{OURS}').wait(60)


@scene(failed_sync)
def test_a_failed_sync_of_the_expected_commit_fails_at_once(played):
    assert played.code == 1
    assert 'admission webhook denied the request' in played.stdout
    assert played.seconds < 20


def similar_name(stage):
    defined(stage)
    application(stage, OLD)
    app = f'{stage.namespace}/shap'
    return stage.dog('rollout', '--argo-app', app, '--create-timeout', '3s')


@scene(similar_name)
def test_an_application_that_does_not_exist_is_exit_4(played):
    assert played.code == 4
    assert 'similar names: shop' in played.stdout


def no_rights(stage):
    defined(stage)
    application(stage, OLD)
    dog, token = stage.account()
    return dog('rollout', '--argo-app', f'{stage.namespace}/shop', '--token', token)


@scene(no_rights)
def test_an_application_that_may_not_be_read_is_exit_5(played):
    assert played.code == 5
    assert 'app/shop cannot be read' in played.stderr


def rights_for_the_application_only(stage):
    defined(stage)
    stage.apply(manifests.configmap('settings', a='b'))
    application(stage, OLD, ('', 'ConfigMap', stage.namespace, 'settings'))
    dog, token = stage.account(CRD)
    return dog('rollout', '--argo-app', f'{stage.namespace}/shop', '--token', token)


@scene(rights_for_the_application_only)
def test_what_it_manages_and_may_not_be_read_is_exit_5(played):
    assert played.code == 5
    assert 'cm/settings cannot be read' in played.stderr


@pytest.mark.parametrize('name', ('kustomization/apps', 'hr/web'))
def test_a_cluster_without_flux_is_exit_2(dog, name):
    result = dog('rollout', '--flux', name)
    assert (result.code, result.stdout) == (2, '')
    assert 'toolkit.fluxcd.io: install Flux' in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
