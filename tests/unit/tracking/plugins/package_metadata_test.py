"""Entry points are those that importlib.metadata tells, which is asked for unusual places alone."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.machinery import PathFinder

import pytest

from kubectl_dog.tracking.plugins import entry_points
from kubectl_dog.tracking.plugins import package_metadata

if sys.version_info >= (3, 10):
    from importlib import metadata
else:
    import importlib_metadata as metadata

TEXT = """
before = any.group
[console_scripts]
lamp = acme:main

# Not this one.
[kubectl_dog.trackers.v1]
Lamp.acme.example = acme.lamps:tracker.inner [extra]
 Torch.acme.example=acme.torches
"""


def facts(entries):
    return [
        (entry.group, entry.name, entry.value, entry.dist.name, entry.dist.version)
        for entry in entries
    ]


@pytest.mark.parametrize(
    ('folder', 'file'),
    (('acme_lamps-1.2.dist-info', 'METADATA'), ('acme_lamps.egg-info', 'PKG-INFO')),
)
def test_entries_are_those_of_importlib_metadata(tmp_path, monkeypatch, folder, file):
    info = tmp_path / folder
    info.mkdir()
    (info / 'entry_points.txt').write_text(TEXT)
    head = 'License: as\n  it: says\n\tmore\nName: acme-lamps\nVersion: 1.2\n'
    (info / file).write_text(head + '\nName: no header\n')
    with monkeypatch.context() as here:
        here.setattr(sys, 'path', [str(tmp_path), '/nowhere'])
        # The backport for Python 3.9 brings a finder of its own.
        here.setattr(sys, 'meta_path', [PathFinder])
        [package] = package_metadata.packages()
    [distribution] = metadata.distributions(path=[str(tmp_path)])
    assert isinstance(package, package_metadata.Package)
    assert facts(package.entry_points) == facts(distribution.entry_points)


def test_an_entry_is_the_module_or_what_is_in_it():
    package = package_metadata.Package('', dict)
    module = package_metadata.Entry('x', 'os.path', 'group', package)
    inner = package_metadata.Entry('x', 'os : path.join [extra]', 'group', package)
    assert (module.load().__name__, inner.load().__name__) == (module.load().__name__, 'join')
    with pytest.raises(AttributeError):
        package_metadata.Entry('x', 'os:none', 'group', package).load()


def test_what_the_single_file_brings_is_asked_of_its_finder(monkeypatch):
    class Finder:
        def registered(self):
            yield 'kubectl-dog', '1.0', '[kubectl_dog.trackers.v1]\nPod = pod\n'
            yield 'urllib3', '2.0', ''

        def find_distributions(self, context):
            raise AssertionError

    monkeypatch.setattr(sys, 'meta_path', [Finder()])
    [package] = package_metadata.packages()
    assert facts(package.entry_points) == [
        ('kubectl_dog.trackers.v1', 'Pod', 'pod', 'kubectl-dog', '1.0')
    ]


def test_packages_in_an_archive_are_found(tmp_path, monkeypatch):
    archive = tmp_path / 'acme.zip'
    with zipfile.ZipFile(archive, 'w') as file:
        file.writestr('acme-3.dist-info/entry_points.txt', TEXT)
        file.writestr('acme-3.dist-info/METADATA', 'Name: acme\nVersion: 3\n')
    monkeypatch.syspath_prepend(str(archive))
    assert 'acme' in [package.metadata['Name'] for package in package_metadata.packages()]


def test_packages_of_another_finder_are_found(monkeypatch):
    class Elsewhere(metadata.Distribution):
        def read_text(self, filename):
            return TEXT if filename == 'entry_points.txt' else 'Name: elsewhere\nVersion: 4\n'

        def locate_file(self, path): ...

    class Finder:
        def find_spec(self, name, path=None, target=None):
            return None

        def find_distributions(self, context):
            return [Elsewhere()]

    monkeypatch.setattr(sys, 'meta_path', [*sys.meta_path, Finder()])
    assert 'elsewhere' in [package.metadata['Name'] for package in package_metadata.packages()]


def test_a_finder_that_raises_hides_nothing_of_the_others(monkeypatch, packages):
    class Torn:
        def find_spec(self, name, path=None, target=None):
            return None

        def find_distributions(self, context):
            raise RuntimeError('the index is gone')

    packages.install('acme', Lamp_example_com='')
    monkeypatch.setattr(sys, 'meta_path', [Torn(), *sys.meta_path])
    monkeypatch.setattr(entry_points, '_scan', entry_points._scan.__wrapped__)
    assert 'Lamp.example.com' in entry_points.claims(entry_points.TRACKERS)
    ((name, why),) = entry_points.unreadable_packages()
    assert name.endswith('Torn')
    assert why.startswith('RuntimeError: the index is gone')


def test_what_is_damaged_hides_nothing(tmp_path, monkeypatch):
    for name in ('a-1.dist-info', 'b-1.dist-info'):
        (tmp_path / name).mkdir()
    (tmp_path / 'a-1.dist-info' / 'entry_points.txt').write_bytes(b'\xff[kubectl_dog.')
    (tmp_path / 'b-1.dist-info' / 'entry_points.txt').write_text(TEXT)
    monkeypatch.setattr(sys, 'path', [str(tmp_path)])
    monkeypatch.setattr(sys, 'meta_path', [PathFinder])
    [package] = package_metadata.packages()
    with pytest.raises(OSError, match='METADATA'):
        _ = package.name


def test_a_start_does_without_importlib_metadata():
    code = (
        'import sys\nfrom kubectl_dog.tracking.plugins import entry_points as plugins\n'
        'claim = plugins.claims(plugins.TRACKERS)["Pod"][0]\nclaim.load(), claim.label\n'
        'print(*{"importlib.metadata", "importlib_metadata"} & set(sys.modules))'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ''
