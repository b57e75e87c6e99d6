"""A third-party package, made by following docs/write-a-tracker.md, on a real cluster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

from tests import page

from . import manifests
from .custom_test import AS_OTHER_USER
from .harness.processes import until
from .stage import READY_SOON
from .stage import scene

KIND = 'greenhouses.example.com'
DEFINITION = {
    'apiVersion': 'apiextensions.k8s.io/v1',
    'kind': 'CustomResourceDefinition',
    'metadata': {'name': KIND},
    'spec': {
        'group': 'example.com',
        'scope': 'Namespaced',
        'names': {'kind': 'Greenhouse', 'plural': 'greenhouses', 'singular': 'greenhouse'},
        'versions': [
            {
                'name': 'v1',
                'served': True,
                'storage': True,
                'subresources': {'status': {}},
                'schema': {
                    'openAPIV3Schema': {
                        'type': 'object',
                        'x-kubernetes-preserve-unknown-fields': True,
                    }
                },
            }
        ],
    },
}
HOUSE = {
    'apiVersion': 'example.com/v1',
    'kind': 'Greenhouse',
    'metadata': {'name': 'tomatoes'},
    'spec': {'plants': 2},
}


def run(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environment(folder):
    """The programs of a fresh virtual environment with the wheels of both packages."""
    source = folder / 'source'
    for name in ('kubectl_dog', 'setup.cfg', 'pyproject.toml', 'README.md', 'LICENSE'):
        copy = shutil.copytree if (page.ROOT / name).is_dir() else shutil.copy
        source.mkdir(exist_ok=True)
        copy(page.ROOT / name, source / name)
    programs, wheels = folder / 'venv' / 'bin', folder / 'wheels'
    run(sys.executable, '-m', 'venv', str(programs.parent))
    pip = (str(programs / 'python'), '-m', 'pip')
    package = str(page.follow(folder))
    # Once for both builds: an isolated environment for each takes as long as all the rest.
    run(*pip, 'install', '-q', 'setuptools>=70.1')
    build = ('wheel', '-q', '--no-deps', '--no-build-isolation', '-w', str(wheels))
    run(*pip, *build, str(source), package)
    run(*pip, 'install', '-q', *map(str, wheels.glob('*.whl')))
    return programs


def heater(name, script):
    pod = manifests.pod(name, script, container={'readinessProbe': READY_SOON})
    return {**pod, 'metadata': {'name': name, 'labels': {'greenhouse': 'tomatoes'}}}


def patch_status(stage, **status):
    patch = json.dumps({'status': status})
    options = ('--subresource=status', '--type=merge', '-p', patch)
    stage.kubectl('patch', KIND, 'tomatoes', *options)


def tracked_by_a_package(stage):
    """The output of `trackers`, a rollout that succeeds, its replay, and one that fails."""
    programs = environment(stage.folder)
    paths = {'PATH': os.pathsep.join((str(programs), stage.dog.env['PATH']))}
    stage.apply(DEFINITION)
    try:
        assert until(lambda: stage.kubectl.succeeds('get', KIND), 30)
        stage.apply(HOUSE)
        patch_status(stage, observedGeneration=1, growing=1)
        recording = str(stage.folder / 'recording.jsonl')
        house = ('rollout', 'greenhouse/tomatoes', *AS_OTHER_USER, '--status-progress-period', '1s')
        grows = stage.dog.start(*house, '--record', recording, env=paths)
        grows.wait_for('1 of 2 plants to grow')
        stage.apply(heater('heater-1', 'echo warming up; sleep 1h'))
        grows.wait_for('warming up')
        patch_status(stage, growing=2)
        grown = grows.wait()
        play = f'from kubectl_dog.testing import replay as p; print(*p({recording!r}, tracker)[:2])'
        code = f'from kubectl_dog_greenhouse import tracker; {play}'
        replayed = run(str(programs / 'python'), '-c', code)
        frost = {'type': 'Frost', 'status': 'True', 'reason': 'NoHeat', 'message': '-3 degrees'}
        patch_status(stage, growing=1, conditions=[frost])
        frozen = stage.dog(*house, '--tolerate', 'Frost=3s', env=paths)
        return stage.dog('trackers', '-o', 'json', env=paths), grown, replayed, frozen
    finally:
        stage.kubectl('delete', 'crd', KIND, '--wait=false')


@scene(tracked_by_a_package)
def test_a_package_made_by_the_page_tracks_a_kind_of_its_own(played):
    listed, grown, replayed, frozen = played
    trackers = [
        tracker
        for tracker in json.loads(listed.stdout)['items']
        if tracker['package'] != 'kubectl-dog'
    ]
    (tracker,) = trackers
    assert (tracker['kind'], tracker['state']) == ('Greenhouse.example.com', 'used')
    assert (tracker['package'], tracker['version']) == ('kubectl-dog-greenhouse', '0.1.0')
    assert grown.code == 0, grown.output
    assert replayed.split() == ['0', 'Verdict.READY']
    assert frozen.code == 1, frozen.output
    assert 'Frost (NoHeat)' in frozen.stdout and '-3 degrees' in frozen.stdout
