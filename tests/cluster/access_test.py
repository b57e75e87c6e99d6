"""When the cluster cannot be reached, or does not let us look."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests import permission_rows
from tests.permission_rows import ROLLOUTS
from tests.permission_rows import ROWS

from . import manifests
from .stage import READY_SOON
from .stage import scene

# Longer than the tolerances of the causes of the rollouts that fail.
DEADLINE = 60
CRASH = 'echo FATAL: no database; exit 3'
MISSING = {'volumes': [{'name': 'tls', 'secret': {'secretName': 'tls'}}]}
MOUNT = {'volumeMounts': [{'name': 'tls', 'mountPath': '/tls'}]}


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


def status_with_deployments_only(stage):
    dog, token = stage.account('deployments.apps')
    stage.apply(web(probe='false'))
    return dog('status', 'deploy/web', '--token', token)


def timing_out_with_deployments_only(stage):
    dog, token = stage.account('deployments.apps')
    stage.apply(web(probe='false'))
    return dog('rollout', 'deploy/web', '--timeout', '5s', '--token', token)


def run_with_deployments_only(stage):
    dog, token = stage.account('deployments.apps')
    return dog('run', '--token', token, '--', 'true')


def run_without_rights(stage):
    dog, token = stage.account()
    return dog('run', '--token', token, '--', 'true')


def granted(stage, role):
    """The plugin as a new account with these Roles, and its token."""
    stage.apply(role)
    stage.kubectl('create', 'serviceaccount', 'reader')
    stage.bind_role('kubectl-dog')
    return stage.reader()


def with_the_documented_rights(stage):
    page = (Path(__file__).parents[2] / 'docs' / 'access.md').read_text(encoding='utf-8')
    dog, token = granted(stage, yaml.safe_load(page.partition('```yaml\n')[2].partition('```')[0]))
    stage.apply(web(probe=READY_SOON, script='echo here we are; sleep 1000'))
    return dog('rollout', 'deploy/web', '--token', token)


def with_the_printed_role(*words, command=()):
    """A play that makes a call with the Role that `--print-rbac` prints for it."""

    def play(stage):
        file = stage.folder / 'web.yaml'
        manifest = web(probe=READY_SOON, script='echo here we are; sleep 1000')
        manifest['metadata']['labels'] = {'app': 'web'}
        file.write_text(yaml.safe_dump(manifest))
        call = [str(file) if word == 'FILE' else word for word in words]
        role = stage.dog(*call, '--print-rbac')
        assert role.code == 0
        dog, token = granted(stage, role.stdout)
        stage.apply(manifest)
        return dog(*call, '--token', token, *command)

    play.__name__ = '-'.join(words).replace('/', '-')
    return play


ENOUGH = (
    with_the_printed_role('rollout', 'deploy/web'),
    with_the_printed_role('rollout', 'deploy/web', '--no-logs'),
    with_the_printed_role('rollout', '-f', 'FILE'),
    with_the_printed_role('rollout', 'deploy', '-l', 'app=web'),
    with_the_printed_role('follow', 'deploy/web', '--exit-when-ready'),
    with_the_printed_role('status', 'deploy/web'),
    with_the_printed_role('run', command=('--', 'true')),
)


def without(title):
    """A play that tracks a good rollout and two that fail, without the permissions of a row."""

    def play(stage):
        rules = []
        for verb, resource in sorted(ROWS[title]):
            plural, _, group = resource.partition('.')
            rules.append({'apiGroups': [group], 'resources': [plural], 'verbs': [verb]})
        role = {
            'apiVersion': 'rbac.authorization.k8s.io/v1',
            'kind': 'Role',
            'metadata': {'name': 'kubectl-dog'},
            'rules': rules,
        }
        dog, token = granted(stage, role)
        spec = {'progressDeadlineSeconds': DEADLINE}
        stage.apply(
            [
                manifests.deployment('good', probe=READY_SOON),
                # Without a probe it would be available for a moment, and then has no deadline.
                manifests.deployment('crash', CRASH, probe=READY_SOON, **spec),
                manifests.deployment('mount', container=MOUNT, template=MISSING, **spec),
            ]
        )

        flags = ('-o', 'json', '--token', token)
        runs = [dog.start('rollout', f'deploy/{name}', *flags) for name in ROLLOUTS]
        return title, [run.wait(200) for run in runs]

    play.__name__ = 'without ' + title.replace('`', '').replace('/', '-')[:20]
    return play


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
    for text in ('system:serviceaccount:', 'cannot get resource "deployments"', '--print-rbac'):
        assert text in played.output
    assert len(played.output.strip().splitlines()) == 1


@scene(with_deployments_only)
def test_what_may_not_be_read_is_one_notice(played):
    assert played.code == 0
    assert played.output.count('no permission to read events, pods, replicasets.apps') == 1
    assert played.output.count('no permission') == 1


@scene(failing_with_deployments_only)
def test_a_failure_is_found_from_the_deployment_alone(played):
    assert played.code == 1
    assert 'ProgressDeadlineExceeded' in played.stdout
    assert 'Traceback' not in played.output


@scene(timing_out_with_deployments_only)
def test_why_of_a_time_out_names_what_may_not_be_read(played):
    assert played.code == 3
    why = played.stdout.partition('  WHY ')[2]
    assert 'Event, Pod and ReplicaSet objects: no permission to list' in why


@scene(status_with_deployments_only)
def test_the_status_says_what_is_not_seen(played):
    assert played.code == 0
    assert played.stderr.count('no permission to read events, pods, replicasets.apps') == 1


@scene(run_with_deployments_only)
def test_changes_that_cannot_be_seen_are_one_notice(played):
    assert played.code == 0
    assert played.output.count('no permission') == 1
    for resource in ('pods', 'daemonsets.apps', 'statefulsets.apps', 'jobs.batch'):
        assert resource in played.output
    assert 'are not tracked' in played.output


@scene(run_without_rights)
def test_a_command_is_not_started_if_no_change_can_be_seen(played):
    assert played.code == 5
    assert 'true was not started: ' in played.output
    assert '--print-rbac' in played.output


@scene(with_the_documented_rights)
def test_the_documented_rights_are_enough(played):
    assert played.code == 0
    assert 'here we are' in played.output
    assert 'no permission' not in played.output


@scene(*ENOUGH)
def test_the_printed_role_is_enough(played):
    assert played.code == 0
    assert 'no permission' not in played.output


@scene(*map(without, ROWS))
def test_the_rows_of_the_documentation_are_true(played):
    title, results = played
    outcomes = [
        permission_rows.outcome(result.code, result.stdout, result.stderr) for result in results
    ]
    page = permission_rows.PAGE.read_text(encoding='utf-8')
    assert permission_rows.row(title, outcomes) in page.splitlines()
