"""`--on-failure`, with the real kubectl and the script of docs/on-failure.md."""

from __future__ import annotations

import json
import re
import shlex

from tests.page import ROOT

from . import manifests
from .stage import READY_SOON
from .stage import scene

PAGE = ROOT.joinpath('docs', 'on-failure.md').read_text(encoding='utf-8')
[UNDO] = re.findall(r'^```sh undo.sh\n(.*?)^```$', PAGE, re.M | re.S)
CRASHES = 'echo FATAL: no database; exit 3'
# Another revision is rolled out after the verdict, and before the script.
NEWER = """
kubectl set env deploy/web NEWER=1
until kubectl rollout history deploy/web | grep -q '^3 '; do sleep 0.1; done
"""


def web(script):
    return manifests.deployment('web', script, probe=READY_SOON)


def apply_two(stage):
    """Roll out a good revision, and begin to roll out a bad one."""
    stage.apply(web(manifests.RUN))
    stage.kubectl('rollout', 'status', 'deploy/web')
    stage.apply(web(CRASHES))


def write_undo(stage):
    """Write the script of the page; returns its path."""
    path = stage.folder / 'undo.sh'
    path.write_text(UNDO, encoding='utf-8')
    path.chmod(0o755)
    return str(path)


def track(stage, command, *flags):
    """Run the rollout; returns how it ended, and the revision and script of the Deployment then."""
    result = stage.dog('rollout', 'deploy/web', '--on-failure', command, *flags)
    deployment = json.loads(stage.kubectl('get', 'deploy/web', '-o', 'json').stdout)
    container = deployment['spec']['template']['spec']['containers'][0]
    return result, deployment['metadata']['generation'], container['command'][-1]


def undone(stage):
    apply_two(stage)
    return track(stage, write_undo(stage), '-o', 'json')


def undone_without_a_script(stage):
    apply_two(stage)
    return track(stage, 'kubectl rollout undo deploy/web', '-o', 'json')


def newer_revision(stage):
    apply_two(stage)
    command = shlex.join(['sh', '-c', f'{NEWER}\n{write_undo(stage)}'])
    return track(stage, command)


def first_revision(stage):
    stage.apply(web(CRASHES))
    return track(stage, write_undo(stage))


def superseded(stage):
    apply_two(stage)
    stage.kubectl('rollout', 'status', 'deploy/web', '--timeout=1s', check=False)
    stage.kubectl('set', 'env', 'deploy/web', 'NEWER=1')
    return track(stage, write_undo(stage), '--revision', '2')


def too_slow(stage):
    stage.apply(web(CRASHES))
    return track(stage, 'sleep 1000', '--on-failure-timeout', '1s')


@scene(undone, undone_without_a_script)
def test_a_failed_rollout_is_undone_and_stays_failed(played):
    result, generation, script = played
    assert result.code == 1
    assert (generation, script) == (3, manifests.RUN)
    assert 'deployment.apps/web rolled back' in result.stderr
    assert [json.loads(line) for line in result.stdout.splitlines()][-1]['exitCode'] == 1


@scene(newer_revision)
def test_a_newer_revision_is_not_undone(played):
    result, generation, script = played
    assert result.code == 1
    assert 'nothing is undone: revision 2 failed, and 3 is the current one' in result.stderr
    assert (generation, script) == (3, CRASHES)


@scene(first_revision)
def test_the_first_revision_cannot_be_undone(played):
    result, generation, _ = played
    assert (result.code, generation) == (1, 1)
    assert result.stderr.splitlines()[-1].endswith('undo.sh ended with exit code 1')


@scene(superseded)
def test_a_superseded_rollout_is_not_undone(played):
    result, generation, _ = played
    assert (result.code, generation) == (4, 3)
    assert 'is not run: deploy/web was superseded by a newer revision' in result.stderr


@scene(too_slow)
def test_a_command_that_takes_too_long_is_stopped(played):
    result, _, _ = played
    assert result.code == 1
    assert result.stderr == (
        '--on-failure: sleep did not end within 1s (--on-failure-timeout) and was stopped\n'
    )
