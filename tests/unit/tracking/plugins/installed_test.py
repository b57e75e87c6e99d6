"""Packages that mention our groups are found wherever importlib.metadata finds them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from importlib import metadata
from importlib.machinery import PathFinder

import pytest

from kubectl_dog.tracking.plugins import entry_points
from kubectl_dog.tracking.plugins import installed

LAMP = 'Lamp.example.com'
TEXT = f'[console_scripts]\nlamp = acme:main\n\n[kubectl_dog.trackers.v1]\n{LAMP} = acme.lamps\n'


@pytest.fixture(autouse=True)
def fresh_scan(monkeypatch):
    monkeypatch.setattr(entry_points, '_scan', entry_points._scan.__wrapped__)


def labels():
    return [claim.label for claim in entry_points.claims(entry_points.TRACKERS).get(LAMP, ())]


@pytest.mark.parametrize(
    ('folder', 'file'),
    (
        ('acme_lamps-1.2.dist-info', 'METADATA'),
        ('acme_lamps.egg-info', 'PKG-INFO'),
        ('acme_lamps.egg/EGG-INFO', 'PKG-INFO'),
    ),
)
def test_metadata_of_all_formats_is_read(tmp_path, monkeypatch, folder, file):
    info = tmp_path / folder
    info.mkdir(parents=True)
    (info / 'entry_points.txt').write_text(TEXT)
    (info / file).write_text('Name: acme-lamps\nVersion: 1.2\n')
    monkeypatch.syspath_prepend(str(info.parent))
    assert labels() == ['acme-lamps 1.2']


def test_packages_in_an_archive_are_found(tmp_path, monkeypatch):
    archive = tmp_path / 'acme.zip'
    with zipfile.ZipFile(archive, 'w') as file:
        file.writestr('acme-3.dist-info/entry_points.txt', TEXT)
        file.writestr('acme-3.dist-info/METADATA', 'Name: acme\nVersion: 3\n')
    monkeypatch.syspath_prepend(str(archive))
    assert labels() == ['acme 3']


class Elsewhere(metadata.Distribution):
    def read_text(self, filename):
        return TEXT if filename == 'entry_points.txt' else 'Name: elsewhere\nVersion: 4\n'

    def locate_file(self, path): ...


class Finder:
    def find_spec(self, name, path=None, target=None):
        return None

    def find_distributions(self, context):
        return [Elsewhere()]


class WithoutPlugins(Finder):
    has_plugins = False


class Failing(Finder):
    def find_distributions(self, context):
        raise RuntimeError('the index is gone')


@pytest.mark.parametrize(('finder', 'expected'), ((Finder, ['elsewhere 4']), (WithoutPlugins, [])))
def test_another_finder_is_asked_unless_it_has_no_plugins(monkeypatch, finder, expected):
    monkeypatch.setattr(sys, 'path', [])
    monkeypatch.setattr(sys, 'meta_path', [PathFinder, finder()])
    assert labels() == expected


def test_a_finder_that_raises_hides_no_packages_of_the_others(monkeypatch, packages):
    packages.install('acme', Lamp_example_com='')
    monkeypatch.setattr(sys, 'meta_path', [Failing(), *sys.meta_path])
    assert labels() == ['acme 1.0']
    ((name, why),) = entry_points.unreadable_packages()
    assert (name, why.startswith('RuntimeError: the index is gone')) == ('Failing', True)


def test_damaged_metadata_hides_no_other_package(packages, tmp_path):
    packages.install('acme', Lamp_example_com='')
    packages.install('torn', Lamp_example_com='')
    (file,) = tmp_path.glob('*/torn-*/entry_points.txt')
    file.write_bytes(b'\xff[kubectl_dog.')
    assert labels() == ['acme 1.0']


@pytest.mark.parametrize(
    ('package', 'text', 'expected'),
    (
        ('kubectl-dog', TEXT, False),
        ('kubectl-dog-flux', TEXT, True),
        ('acme', TEXT.replace('kubectl_dog', 'other'), False),
    ),
)
def test_importlib_metadata_is_imported_only_for_plugins(packages, package, text, expected):
    packages.install(package, entries=text)
    code = (
        'import sys\nfrom kubectl_dog.tracking.plugins import entry_points\n'
        'claim = entry_points.claims(entry_points.TRACKERS)["Pod"][0]\nclaim.load(), claim.label\n'
        'print(not {"importlib.metadata", "importlib_metadata"}.isdisjoint(sys.modules))'
    )
    env = {**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)}
    command = [sys.executable, '-c', code]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(expected)


def test_nothing_is_read_without_plugins(monkeypatch):
    monkeypatch.setattr(sys, 'meta_path', [])
    assert installed.distributions() == ([], [])
