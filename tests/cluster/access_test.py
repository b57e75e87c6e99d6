"""When the cluster cannot be reached, or does not let us look."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from . import manifests
from .stage import READY_SOON
from .stage import scene


def web(**fields):
    return manifests.deployment('web', **fields)


def without_rights(stage):
    dog, token = stage.account()
    stage.apply(web(probe='true'))
    return dog('rollout', 'deploy/web', '--token', token)


def with_deployments_only(stage):
    dog, token = stage.account('deployments.apps')
    stage.apply(web(probe=READY_SOON))
    return dog('rollout', 'deploy/web', '--token', token)


def failing_with_deployments_only(stage):
    dog, token = stage.account('deployments.apps')
    stage.apply(web(probe='false', progressDeadlineSeconds=5))
    return dog('rollout', 'deploy/web', '--token', token)


def with_the_documented_rights(stage):
    page = (Path(__file__).parents[2] / 'docs' / 'access.md').read_text(encoding='utf-8')
    stage.apply(yaml.safe_load(page.partition('```yaml\n')[2].partition('```')[0]))
    stage.kubectl('create', 'serviceaccount', 'reader')
    stage.bind_role('kubectl-dog')
    dog, token = stage.reader()
    stage.apply(web(probe=READY_SOON, script='echo here we are; sleep 1000'))
    return dog('rollout', 'deploy/web', '--token', token)


@pytest.mark.parametrize(
    'flags, message',
    [
        (('--server', 'https://127.0.0.1:1'), 'cannot connect to https://127.0.0.1:1'),
        (('--context', 'nope'), "there is no context 'nope'"),
        (('--kubeconfig', '/nowhere/config'), '/nowhere/config'),
    ],
)
def test_no_way_to_the_cluster_is_exit_5_and_one_sentence(dog, flags, message):
    result = dog('rollout', 'deploy/web', *flags)
    assert result.code == 5
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1


@scene(without_rights)
def test_no_right_to_read_the_target_is_exit_5_and_one_sentence(played):
    assert played.code == 5
    assert 'deploy/web cannot be read: ' in played.output
    assert 'system:serviceaccount:' in played.output
    assert len(played.output.strip().splitlines()) == 1


@scene(with_deployments_only)
def test_what_may_not_be_read_is_a_notice(played):
    assert played.code == 0
    for resource in ('replicasets.apps', 'pods', 'events'):
        assert f'{resource} is forbidden' in played.output


@scene(failing_with_deployments_only)
def test_a_failure_is_found_from_the_deployment_alone(played):
    assert played.code == 1
    assert 'ProgressDeadlineExceeded' in played.stdout
    assert 'Traceback' not in played.output


@scene(with_the_documented_rights)
def test_the_documented_rights_are_enough(played):
    assert played.code == 0
    assert 'here we are' in played.output
    assert 'may not be read' not in played.output
