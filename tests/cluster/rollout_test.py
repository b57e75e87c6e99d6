"""The output of a rollout besides its verdict; for the verdicts see scenarios/."""

from __future__ import annotations

import json

from . import manifests
from .stage import READY_SOON
from .stage import scene

SERVE = f'echo listening on :8080; {manifests.RUN}'


def web(*arguments, **fields):
    return manifests.deployment('web', *arguments, **fields)


def success(stage):
    stage.apply(web(SERVE, probe=READY_SOON, replicas=2))
    return stage.dog('rollout', 'deploy/web')


def success_as_json(stage):
    stage.apply(web(SERVE, probe=READY_SOON))
    return stage.dog('rollout', 'deploy/web', '-o', 'json')


def without_a_probe(stage):
    stage.apply(web())
    return stage.dog('rollout', 'deploy/web')


def succeeded_pod(stage):
    stage.apply(manifests.pod('migrate', 'echo 3 tables migrated', restartPolicy='Never'))
    return stage.dog('rollout', 'pod/migrate')


def timed_out_as_json(stage):
    stage.apply(web(probe='false'))
    return stage.dog('rollout', 'deploy/web', '--timeout', '3s', '-o', 'json')


@scene(success)
def test_success_comes_with_the_log_of_the_new_pods(played):
    assert played.code == 0
    log, verdict = played.stdout.find('main │ listening on :8080'), played.stdout.find('ready: 2/2')
    assert 0 < log < verdict
    assert played.stderr == ''


@scene(without_a_probe)
def test_without_a_probe_ready_must_last(played):
    assert played.code == 0
    assert 'no readiness probe' in played.stdout
    assert played.seconds > 9


@scene(succeeded_pod)
def test_a_pod_that_has_done_its_work_is_a_success(played):
    assert played.code == 0
    assert '3 tables migrated' in played.stdout


@scene(success_as_json)
def test_json_of_a_success(played):
    first, *_, ended, summary = map(json.loads, played.stdout.splitlines())
    assert first['apiVersion'] == 'kubectl-dog/v1'
    assert (ended['type'], ended['verdict']) == ('ended', 'ready')
    assert (summary['type'], summary['exitCode'], played.code) == ('summary', 0, 0)
    assert 'listening on :8080' in [
        record.get('text') for record in map(json.loads, played.stdout.splitlines())
    ]


@scene(timed_out_as_json)
def test_json_of_a_time_out(played):
    *_, ended, summary = map(json.loads, played.stdout.splitlines())
    assert ended['verdict'] == 'timed-out'
    assert 'it was waiting for 1 of 1 pod' in ' '.join(ended['facts'])
    assert summary['exitCode'] == played.code == 3
