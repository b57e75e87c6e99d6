"""`status` of objects that kubectl has dumped, without a cluster, and of the same ones live."""

from __future__ import annotations

import json

import pytest

from . import manifests
from .harness.processes import until
from .stage import scene

DUMP = ('get', 'deployments,replicasets,pods,events,jobs,services,endpointslices', '-o')


def items(result):
    """By kind and name: state, reason, and the codes of the causes."""
    assert result.stderr == ''
    return {
        f'{target["kind"]}/{target["name"]}': (
            target['state'],
            target['reason'],
            {cause['code'] for cause in target['causes']},
        )
        for target in json.loads(result.stdout)['items']
    }


def everything(stage):
    """A good Deployment, two failing ones, a paused one, and a complete and a failed Job."""
    stage.apply(
        [
            manifests.deployment('good', probe='true'),
            manifests.deployment('crashes', 'echo no; exit 3', progressDeadlineSeconds=3600),
            manifests.deployment('late', probe='false', progressDeadlineSeconds=2),
            manifests.deployment('held', paused=True),
            manifests.job('done'),
            manifests.job('fails', 'exit 7', backoffLimit=0),
        ]
    )

    def is_done():
        output = stage.kubectl('get', 'deployments,jobs,events', '-o', 'yaml').stdout
        signs = ('ProgressDeadlineExceeded', 'BackoffLimitExceeded', 'type: Complete')
        return 'Back-off restarting' in output and all(sign in output for sign in signs)

    assert until(is_done, 60, 0.5)
    stage.kubectl('rollout', 'status', 'deployment/good', '--timeout=30s')


def dumped(stage):
    everything(stage)
    local = ('status', '--local', '-f', '-', '-o', 'json')
    nowhere = {'KUBECONFIG': '/nowhere/config'}
    whole = {form: stage.kubectl(*DUMP, form).stdout for form in ('yaml', 'json')}
    stripped = json.loads(whole['json'])
    for obj in stripped['items']:
        for part in (obj['metadata'], obj.get('involvedObject', {})):
            part.pop('uid', None)
        for owner in obj['metadata'].get('ownerReferences', ()):
            owner.pop('uid', None)
    results = {
        form: stage.dog(*local, stdin=text, env=nowhere)
        for form, text in {**whole, 'stripped': json.dumps(stripped)}.items()
    }
    names = ('deploy/good', 'deploy/crashes', 'deploy/late', 'deploy/held', 'job/done', 'job/fails')
    live = [stage.dog('status', name, '-o', 'json', '--exit-code') for name in names]
    table = stage.dog('status', '--local', '-f', '-', stdin=whole['yaml'], env=nowhere)
    return results, live, table


EXPECTED = {
    'Deployment/good': ('ready', '', set()),
    'Deployment/crashes': ('failing', 'CrashLoop', {'CrashLoop'}),
    'Deployment/late': (
        'failed',
        'ProgressDeadlineExceeded',
        {'ProgressDeadlineExceeded', 'NotReady'},
    ),
    'Deployment/held': ('paused', 'DeploymentPaused', set()),
    'Job/done': ('ready', 'CompletionsReached', set()),
    'Job/fails': ('failed', 'BackoffLimitExceeded', {'BackoffLimitExceeded', 'ContainerFailed'}),
}


@scene(dumped)
def test_a_dump_is_judged_without_a_cluster(played):
    results, _, _ = played
    for form, result in results.items():
        assert result.code == 0
        states = items(result)
        assert {key: states[key] for key in EXPECTED} == EXPECTED, form
        assert not any(key.startswith('Event/') for key in states)
        assert sum(key.startswith('Pod/') for key in states) >= 5


@scene(dumped)
def test_a_live_look_says_the_same(played):
    _, live, _ = played
    for result, (key, expected) in zip(live, EXPECTED.items()):
        assert items(result) == {key: expected}
    assert [result.code for result in live] == [0, 1, 1, 6, 0, 1]
    assert max(result.seconds for result in live) < 10


@scene(dumped)
def test_the_table_names_everything(played):
    _, _, table = played
    assert table.code == 0
    assert 'deploy/crashes' in table.stdout
    assert 'container "main" exited with code 3' in table.stdout


def gone(stage):
    return stage.dog('status', 'deploy/gone')


@scene(gone)
def test_what_is_not_there_is_exit_4_and_a_sentence(played):
    assert (played.code, played.stdout) == (4, '')
    assert played.stderr.startswith('deploy/gone does not exist in namespace gone-')


def without_rights(stage):
    dog, token = stage.account()
    return dog('status', 'deploy/web', '--token', token)


@scene(without_rights)
def test_what_may_not_be_read_is_exit_5_and_a_sentence(played):
    assert (played.code, played.stdout) == (5, '')
    assert 'deploy/web cannot be read: ' in played.stderr


@pytest.mark.parametrize('flags', [(), ('--exit-code',)])
def test_no_way_to_the_cluster_is_exit_5(dog, flags):
    result = dog('status', 'deploy/web', '--server', 'https://127.0.0.1:1', *flags)
    assert (result.code, result.stdout) == (5, '')
