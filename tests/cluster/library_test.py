"""The library on a real cluster: its examples, a caller's own client, and leaked resources."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

from tests.page import ROOT

from . import manifests
from .stage import scene

EXAMPLES = ROOT / 'docs' / 'examples'

# Calls everything in the library, and counts the threads, files and sockets before and after.
LEFTOVER_CHECK = """
import asyncio, json, os, sys, threading
import kubectl_dog
from kubectl_dog.library import follow, rollout

namespace, client = sys.argv[1], None
if sys.argv[2] == 'client':
    from kubernetes import config
    client = config.new_client_from_config()

def kube():
    if sys.argv[2] == 'connection':
        return kubectl_dog.connect('kubernetes', namespace=namespace)
    return client

def opened():
    return len(os.listdir('/proc/self/fd'))

def stop(*_):
    raise kubectl_dog.StopTrack

def mine(*_):
    raise KeyError('mine')

def feed(kind, callback):
    made = kind()
    getattr(made, callback)(stop)
    made.track('web', namespace, kube())
    return made.get_status()

async def some():
    async with kubectl_dog.Session('deploy/web', namespace=namespace, kube=kube()) as session:
        async for event in session:
            break
    async for event in kubectl_dog.Session('deploy/web', namespace=namespace, kube=kube()):
        break

def everything():
    asked = kubectl_dog.Options(timeout=60.0)
    kubectl_dog.rollout('deploy/web', namespace=namespace, kube=kube())
    kubectl_dog.status('deploy/web', namespace=namespace, kube=kube())
    rollout.track_deployment('web', namespace, kube(), asked)
    follow.track_deployment('web', namespace, kube(), asked, on_event=stop)
    for event in kubectl_dog.Session('deploy/web', namespace=namespace, kube=kube()):
        break
    asyncio.run(some())
    status = feed(kubectl_dog.DeploymentFeed, 'on_ready')
    feed(kubectl_dog.DeploymentFeed, 'on_container_log_chunk')
    other = kubectl_dog.DeploymentFeed()
    other.on_status_report(mine)
    try:
        other.track('web', namespace, kube())
    except KeyError:
        pass
    threads = [threading.Thread(target=feed, args=(kubectl_dog.DeploymentFeed, 'on_ready'))
               for _ in range(3)]
    for one in threads: one.start()
    for one in threads: one.join()
    return status

before = (threading.active_count(), opened())
status = everything()
if client is not None:
    client.rest_client.pool_manager.clear()
after = (threading.active_count(), opened())
print(json.dumps([before, after, status.ready, len(status.pods)]))
"""


def python(stage, *args, **env):
    """Run Python with the package and the test's kubeconfig."""
    return subprocess.run(
        [sys.executable, '-W', 'error::ResourceWarning', *map(str, args)],
        cwd=stage.folder,
        env={
            **os.environ,
            **env,
            'KUBECONFIG': str(stage.kubectl.kubeconfig),
            'PATH': f'{stage.kubectl.program.parent}{os.pathsep}{os.environ["PATH"]}',
            'PYTHONPATH': str(ROOT),
        },
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )


def good_deploy(stage):
    path = stage.folder / 'web.json'
    path.write_text(json.dumps(manifests.deployment('web', probe='true')))
    return python(stage, EXAMPLES / 'deploy.py', path, '--namespace', stage.namespace)


def bad_deploy(stage):
    path = stage.folder / 'web.json'
    path.write_text(json.dumps(manifests.deployment('web', 'echo no such table; exit 3')))
    return python(stage, EXAMPLES / 'deploy.py', path, '--namespace', stage.namespace)


@scene(good_deploy)
def test_a_deploy_script_waits(played):
    assert (played.returncode, played.stderr) == (0, '')
    assert re.search(r'^deployed in \d+ s$', played.stdout, re.M)


@scene(bad_deploy)
def test_a_deploy_script_says_why(played):
    assert played.returncode == 1
    assert 'not deployed: deploy/web failed: CrashLoop' in played.stderr
    assert 'no such table' in played.stderr


def waited_for(stage):
    labels = {'stack': 'shop'}
    stack = [manifests.deployment('web', probe='true'), manifests.statefulset('store')]
    for obj in stack:
        obj['metadata']['labels'] = labels
    stage.apply(stack)
    words = ('-q', '-p', 'no:cacheprovider', '--rootdir', EXAMPLES)
    return python(
        stage, '-m', 'pytest', *words, EXAMPLES / 'stack_test.py', NAMESPACE=stage.namespace
    )


@scene(waited_for)
def test_a_fixture_waits_for_a_stack(played):
    assert played.returncode == 0, played.stdout
    assert '2 passed' in played.stdout


def line_awaited(stage):
    stage.apply(manifests.deployment('web', f'sleep 2; echo migrated to 7; {manifests.RUN}'))
    result = python(stage, EXAMPLES / 'until_line.py', 'web', stage.namespace, 'migrated to')
    return result, stage.kubectl('get', 'pods', '-o', 'name').stdout.split()


@scene(line_awaited)
def test_a_feed_stops_at_a_line(played):
    result, pods = played
    assert result.stderr == ''
    assert [f'pod/{result.stdout.strip()}'] == pods


def streamed(stage):
    stage.apply([manifests.deployment('web', probe='true'), manifests.statefulset('store')])
    return python(stage, EXAMPLES / 'events.py', stage.namespace, 'deploy/web', 'sts/store')


@scene(streamed)
def test_events_are_streamed_while_the_loop_goes_on(played):
    assert (played.returncode, played.stderr) == (0, '')
    assert len(re.findall(r'RunEnded', played.stdout)) == 2
    assert int(re.search(r'ticked (\d+) times', played.stdout)[1]) > 5


def _check_leftovers(stage, mode):
    stage.apply(manifests.deployment('web', f'echo hello; {manifests.RUN}', replicas=2))
    stage.kubectl('rollout', 'status', 'deployment/web', '--timeout=40s')
    return python(stage, '-c', LEFTOVER_CHECK, stage.namespace, mode)


def left_by_ours(stage):
    return _check_leftovers(stage, 'ours')


def left_by_theirs(stage):
    return _check_leftovers(stage, 'client')


def left_by_the_connection(stage):
    return _check_leftovers(stage, 'connection')


@scene(left_by_ours, left_by_theirs, left_by_the_connection)
def test_nothing_is_left_behind(played):
    assert (played.returncode, played.stderr) == (0, '')
    before, after, ready, pods = json.loads(played.stdout)
    assert after == before
    assert (ready, pods) == (2, 2)


def through_theirs(stage):
    stage.apply(manifests.deployment('web', probe='true'))
    code = (
        'import sys, kubectl_dog;'
        "kube = kubectl_dog.connect('kubernetes', namespace=sys.argv[1]);"
        "print(kubectl_dog.rollout('deploy/web', kube=kube).exit_code)"
    )
    return python(stage, '-c', code, stage.namespace)


@scene(through_theirs)
def test_the_official_client_carries_a_rollout(played):
    assert (played.stdout, played.stderr) == ('0\n', '')
