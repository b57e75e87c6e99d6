"""The single file starts with every Python, and reports a missing one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests import artefacts as builder

# A module for PYTHONPATH, as the single file has no option like `python -c`.
PROBE = """
import importlib.metadata
import yaml

def assess(view): ...
def wants(view): ...
print(*sorted(one.metadata['Name'] for one in importlib.metadata.distributions()))
print(importlib.metadata.version('kubectl-dog'), yaml.__with_libyaml__)
"""
OLD = [Path.home() / '.pyenv' / 'versions' / name for name in ('2.7.18', '3.6.15', '3.8.18')]


def test_the_demo_runs_on_every_python(start, interpreters):
    results = {python.version: start(python.path, 'demo', '--instant') for python in interpreters}
    assert {done.returncode for done in results.values()} == {1}
    assert len({done.stdout for done in results.values()}) == 1
    assert {done.stderr for done in results.values()} == {''}


def test_a_python_that_came_later_runs_the_sources(start, interpreters, artefacts, tmp_path):
    archive = builder.import_module('archive')
    with zipfile.ZipFile(artefacts / 'kubectl-dog') as whole:
        names = [name for name in whole.namelist() if not name.startswith('bytecode/')]
        members = [archive.Member(name, whole.read(name)) for name in names]
    file = tmp_path / 'kubectl-dog'
    header = builder.ROOT / 'zipapp' / 'runtime' / 'header.sh'
    file.write_bytes(archive.zipped(members, header.read_bytes()))
    for python in (interpreters[0], interpreters[-1]):
        done = start(python.path, 'demo', '--instant', file=file)
        assert (done.returncode, done.stderr) == (1, '')


def test_all_reports_are_written_by_the_single_file(start, interpreters, tmp_path):
    for python in (interpreters[0], interpreters[-1]):
        folder = tmp_path / python.version
        done = start(python.path, 'demo', '--instant', '--report', f'dir={folder}')
        assert (done.returncode, done.stderr) == (1, '')
        assert {'report.html', 'summary.json', 'trace.json'} <= {
            path.name for path in folder.iterdir()
        }


def test_usage_is_that_of_a_kubectl_plugin(start, interpreters):
    done = start(interpreters[-1].path, 'rollout', '--help')
    assert done.stdout.startswith('usage: kubectl dog rollout ')


@pytest.mark.parametrize('old', [path for path in OLD if path.exists()], ids=lambda path: path.name)
def test_an_old_python_says_one_sentence(start, old):
    done = start(old / 'bin' / 'python', 'version')
    version = '.'.join(old.name.split('.')[:2])
    message = f'kubectl dog: this is Python {version}: install Python 3.9 or newer\n'
    assert (done.returncode, done.stdout, done.stderr) == (127, '', message)


@pytest.mark.parametrize('old', [path for path in OLD if path.exists()], ids=lambda path: path.name)
def test_an_old_python_finds_a_newer_one(start, old, interpreters, tmp_path):
    (tmp_path / 'only').mkdir()
    (tmp_path / 'only' / 'python3.12').write_text('#!/bin/sh\necho a shim >&2\nexit 127\n')
    (tmp_path / 'only' / 'python3.12').chmod(0o755)
    (tmp_path / 'only' / 'python3.9').symlink_to(interpreters[0].path)
    done = start(old / 'bin' / 'python', 'version')
    assert (done.returncode, done.stderr) == (0, '')


def test_no_python_says_one_sentence(start):
    done = start(None, 'version')
    message = 'kubectl dog: there is no python3 on the PATH: install Python 3.9 or newer\n'
    assert (done.returncode, done.stdout, done.stderr) == (127, '', message)


def test_bundled_packages_win_and_are_known_by_their_metadata(start, interpreters, tmp_path):
    plugin = tmp_path / 'path' / 'acme_lamps-1.2.dist-info'
    plugin.mkdir(parents=True)
    (plugin / 'METADATA').write_text('Metadata-Version: 2.1\nName: acme-lamps\nVersion: 1.2\n')
    entry = '[kubectl_dog.trackers.v1]\nLamp.acme.example = acme_lamps\n'
    (plugin / 'entry_points.txt').write_text(entry)
    (plugin.parent / 'acme_lamps.py').write_text(PROBE)
    (plugin.parent / 'yaml.py').write_text('raise SystemExit("not this one")')
    lamp = tmp_path / 'lamp.yaml'
    lamp.write_text('{apiVersion: acme.example/v1, kind: Lamp, metadata: {name: a}}')
    for python in interpreters:
        env = {'PYTHONPATH': str(plugin.parent)}
        done = start(python.path, 'status', '--local', '-f', str(lamp), env=env)
        # Standard output is ours alone.
        names, versions = done.stderr.splitlines()[:2]
        assert {'acme-lamps', 'kubectl-dog', 'PyYAML', 'PySocks', 'tabulate'} <= set(names.split())
        assert versions.split()[1] == 'False'


def test_importlib_metadata_is_not_imported_without_plugins(start, interpreters, tmp_path):
    pod = tmp_path / 'pod.yaml'
    pod.write_text('{apiVersion: v1, kind: Pod, metadata: {name: a}}')
    for python in interpreters:
        env = {'PYTHONPROFILEIMPORTTIME': '1'}
        done = start(python.path, 'status', '--local', '-f', str(pod), env=env)
        imported = [line.split('|')[-1].strip() for line in done.stderr.splitlines()]
        assert 'kubectl_dog.tracking.plugins.installed' in imported
        assert 'importlib.metadata' not in imported
