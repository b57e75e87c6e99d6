"""The build is reproducible, and has licences, checksums and a bill of materials."""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from tests import artefacts as builder

VERSION = re.search(r"'(.+)'", (builder.ROOT / 'kubectl_dog' / 'version.py').read_text())[1]
PLUGIN = """
[metadata]
name = acme-lamps
version = 1.2
license = MIT
license_files = LICENSE
[options]
packages = acme, acme.inner
install_requires = kubectl-dog
[options.entry_points]
kubectl_dog.trackers.v1 =
    Lamp.acme.example = acme.inner.lamps
"""
TRACKER = """
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State

def wants(view):
    return ()

def assess(view):
    return Assessment(State.READY, 'Lit', 'the lamp is lit')
"""


def test_two_builds_are_the_same_bytes(artefacts, tmp_path):
    again = builder.build(tmp_path / 'again')
    differing = [
        path.name
        for path in again.iterdir()
        if path.read_bytes() != (artefacts / path.name).read_bytes()
    ]
    assert sorted(path.name for path in artefacts.iterdir()) == sorted(
        path.name for path in again.iterdir()
    )
    assert differing == []


def test_the_sums_are_those_of_the_files(artefacts):
    lines = [line.split('  ') for line in (artefacts / 'SHA256SUMS').read_text().splitlines()]
    files = sorted(path.name for path in artefacts.iterdir() if path.name != 'SHA256SUMS')
    assert [name for _, name in lines] == files
    assert 'dog.yaml' in files
    for digest, name in lines:
        assert sha256((artefacts / name).read_bytes()).hexdigest() == digest


def test_licences_of_all_that_is_bundled_travel_with_it(artefacts):
    bill = json.loads((artefacts / f'kubectl-dog-{VERSION}.cdx.json').read_text())
    parts = {(part['name'], part['version']) for part in bill['components']}
    assert {name for name, _ in parts} == {
        'distlib',
        'pysocks',
        'pyyaml',
        'tabulate',
    }
    terms = (artefacts / 'THIRD-PARTY-LICENSES.txt').read_text()
    assert all(f'{name} {version}: ' in terms for name, version in parts)
    assert all(
        re.fullmatch('[0-9a-f]{64}', part['hashes'][0]['content']) for part in bill['components']
    )
    with zipfile.ZipFile(artefacts / 'kubectl-dog') as file:
        inside = [name for name in file.namelist() if 'LICEN' in name.upper()]
    assert len(inside) == 4


def test_nothing_of_the_machine_that_builds_gets_in(artefacts):
    with zipfile.ZipFile(artefacts / 'kubectl-dog') as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = file.namelist()
    assert not [
        name for name in names if name.endswith(('.so', '.pyd', '.pyc')) or 'tests/' in name
    ]
    with tarfile.open(artefacts / f'kubectl-dog-{VERSION}-unix.tar.gz') as archive:
        owners = {(info.uid, info.uname, info.mtime) for info in archive}
    assert owners == {(0, '', 0)}


@pytest.mark.parametrize('arch', ('amd64', 'arm64', '386'))
def test_windows_gets_a_launcher_with_the_same_content(artefacts, arch, tmp_path):
    with zipfile.ZipFile(artefacts / f'kubectl-dog-{VERSION}-windows-{arch}.zip') as archive:
        path = archive.extract('kubectl-dog.exe', tmp_path)
    with open(path, 'rb') as file:
        content = file.read()
    assert content[:2] == b'MZ'
    # The launcher looks for its shebang in front of an archive whose offsets know of nothing else.
    shebang = b'#!/usr/bin/env python -S\r\n'
    start = content.index(shebang) + len(shebang)
    assert content[start : start + 4] == b'PK\x03\x04'
    with zipfile.ZipFile(path) as windows, zipfile.ZipFile(artefacts / 'kubectl-dog') as unix:
        assert windows.testzip() is None
        assert {i.filename: i.CRC for i in windows.infolist()} == {
            i.filename: i.CRC for i in unix.infolist()
        }


def test_a_plugin_that_is_baked_in_tracks_its_kind(start, interpreters, tmp_path):
    plugin = tmp_path / 'acme-lamps'
    # Folders without an __init__.py, as packages that share a name have them.
    (plugin / 'acme' / 'inner').mkdir(parents=True)
    for name, text in {
        'setup.cfg': PLUGIN,
        'acme/inner/lamps.py': TRACKER,
        'LICENSE': 'MIT',
    }.items():
        (plugin / name).write_text(text)
    (plugin / 'pyproject.toml').write_text('[build-system]\nrequires = ["setuptools"]\n')
    files = sorted(plugin.rglob('*'))
    out = builder.build(tmp_path / 'baked', '--with', plugin)
    assert sorted(plugin.rglob('*')) == files
    lamp = tmp_path / 'lamp.yaml'
    lamp.write_text('{apiVersion: acme.example/v1, kind: Lamp, metadata: {name: a}}')
    for python in (interpreters[0], interpreters[-1]):
        done = start(python.path, 'status', '--local', '-f', str(lamp), file=out / 'kubectl-dog')
        assert 'the lamp is lit' in done.stdout, done.stderr


def test_the_packages_of_this_repository_can_be_baked_in(tier, tmp_path):
    folders = sorted(file.parent for file in builder.ROOT.glob('plugins/*/pyproject.toml'))
    wheels = builder.import_module('wheels')
    for wheel in wheels.as_wheels(map(str, folders), tmp_path):
        assert wheels.read_wheel(Path(wheel)).licence == 'Apache-2.0'


COMPILED = 'fast cannot be bundled: it has compiled code (fast.so)'
BARE = (
    'fast cannot be bundled: add a licence file (LICENSE beside its pyproject.toml) and declare '
    'its licence (license = "…" in its pyproject.toml)'
)


@pytest.mark.parametrize(('file', 'message'), (('fast.so', COMPILED), ('fast.py', BARE)))
def test_what_cannot_be_bundled_is_refused_before_anything_is_made(tmp_path, file, message):
    wheel = tmp_path / 'fast-1.0-py3-none-any.whl'
    with zipfile.ZipFile(wheel, 'w') as archive:
        archive.writestr(file, b'')
        archive.writestr('fast-1.0.dist-info/METADATA', 'Name: fast\nVersion: 1.0\n')
        archive.writestr('fast-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\nTag: py3-none-any\n')
        archive.writestr('fast-1.0.dist-info/RECORD', '')
    out = tmp_path / 'out'
    done = builder.run(
        builder.ROOT / 'zipapp' / 'build.py', '--out', out, '--with', wheel, '--with', wheel
    )
    assert done.returncode == 1
    assert done.stderr == 2 * f'build: {message}\n'
    assert not out.exists()
