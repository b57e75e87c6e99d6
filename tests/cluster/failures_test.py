"""Rollouts that fail: the verdict, the cause, and how soon."""

from __future__ import annotations

from . import manifests
from .harness.processes import until
from .stage import scene

FATAL = 'FATAL: cannot open /data/ledger.db: permission denied'


def why(result):
    """The WHY block."""
    block = result.stdout.rpartition('\n  WHY ')[2]
    return block.partition('\n  NEXT ')[0]


def rollout(stage, *objects):
    stage.apply(list(objects))
    return stage.dog('rollout', 'deploy/web', timeout=100)


def web(*arguments, **fields):
    return manifests.deployment('web', *arguments, **fields)


def crash_loop(stage):
    return rollout(stage, web(f'echo starting; echo "{FATAL}"; exit 3', replicas=2))


def instant_crash(stage):
    return rollout(stage, web('exit 1'))


def image_not_found(stage):
    image = stage.registry('notfound').image('1.4.2')
    return image, rollout(stage, web(image=image))


def standing_pull_back_off(stage):
    image = stage.registry('notfound').image()
    stage.apply(web(image=image))
    assert until(lambda: 'ImagePullBackOff' in stage.kubectl('get', 'pods').stdout, 60, 0.5)
    return stage.dog('rollout', 'deploy/web', timeout=100)


def from_configmap(name):
    return {'envFrom': [{'configMapRef': {'name': name}}]}


def missing_configmap(stage):
    return rollout(stage, web(container=from_configmap('web-settings')))


def misspelt_configmap(stage):
    there = manifests.configmap('web-settings', LOG_LEVEL='info')
    return rollout(stage, there, web(container=from_configmap('web-setings')))


def out_of_memory(stage):
    limit = {'resources': {'limits': {'memory': '16Mi'}}}
    return rollout(stage, web('x=a; while true; do x=$x$x; done', container=limit))


def failed_pod(stage):
    script = 'echo checking; echo "error: 2 of 3 checks failed"; exit 4'
    stage.apply(manifests.pod('smoke', script, restartPolicy='Never'))
    return stage.dog('rollout', 'pod', 'smoke')


@scene(crash_loop)
def test_crash_loop_ends_soon_with_the_last_words_of_the_container(played):
    assert played.code == 1
    assert FATAL in why(played)
    assert 'CrashLoop' in played.stdout
    assert played.seconds < 30


@scene(instant_crash)
def test_a_container_that_is_ready_for_a_second_is_not_called_ready(played):
    assert played.code == 1
    assert 'deploy/web      ready' not in played.stdout
    assert 'exits with 1' in why(played)


@scene(image_not_found)
def test_missing_image_is_named_with_the_words_of_the_registry(played):
    image, result = played
    assert result.code == 1
    assert 'ImageNotFound' in result.stdout
    assert image in why(result) and 'not found' in why(result)


@scene(standing_pull_back_off)
def test_pull_back_off_from_before_the_start_is_found(played):
    assert played.code == 1
    assert 'ImageNotFound' in played.stdout.rpartition('✗')[2]


@scene(missing_configmap)
def test_missing_configmap_is_named(played):
    assert played.code == 1
    assert 'configmap "web-settings", which does not exist' in why(played)
    assert 'a similar configmap' not in why(played)


@scene(misspelt_configmap)
def test_a_configmap_with_a_similar_name_is_told(played):
    assert played.code == 1
    assert 'ConfigMapMissing (CreateContainerConfigError)' in played.stdout
    assert 'a similar configmap exists: web-settings' in why(played)


@scene(out_of_memory)
def test_oom_kill_is_told_with_the_limit(played):
    assert played.code == 1
    assert 'OOMKilled' in why(played) and '16Mi' in why(played)


@scene(failed_pod)
def test_failed_pod_ends_with_its_last_words(played):
    assert played.code == 1
    assert 'error: 2 of 3 checks failed' in why(played)


@scene(crash_loop, missing_configmap, out_of_memory, failed_pod)
def test_nothing_but_the_report_is_printed(played):
    assert played.stderr == ''
    assert 'Traceback' not in played.stdout
