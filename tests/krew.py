"""A model of krew: its rules for manifests, and the files of an installation.

krew itself is a Go program, which not every machine can build; krew/README.md shows how to run it.
Source: its developer guide (plugin manifests) and its validation and installation code, of 0.5.
"""

from __future__ import annotations

import fnmatch
import io
import os
import re
import shutil
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path
from pathlib import PurePosixPath

PLATFORMS = (
    ('linux', 'amd64'),
    ('linux', 'arm64'),
    ('darwin', 'amd64'),
    ('darwin', 'arm64'),
    ('windows', 'amd64'),
    ('windows', 'arm64'),
    ('windows', '386'),
)
_SEMVER = r'v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?'
_RESERVED = {
    'con',
    'prn',
    'aux',
    'nul',
    *(f'{port}{n}' for port in ('com', 'lpt') for n in range(10)),
}


def faults(name, manifest):
    """The rules that a manifest breaks: those of krew, and those of its index."""
    spec = manifest['spec']
    platforms = spec.get('platforms') or []
    rules = {
        'apiVersion': manifest.get('apiVersion') == 'krew.googlecontainertools.github.com/v1alpha2',
        'kind': manifest.get('kind') == 'Plugin',
        'name': manifest['metadata']['name'] == name and _is_safe(name),
        'version': bool(re.fullmatch(_SEMVER, spec.get('version', ''))),
        'homepage': spec.get('homepage', '').startswith('https://'),
        'shortDescription': _is_short(spec.get('shortDescription', '')),
        'description': _fits_80_columns(spec.get('description', '')),
        'caveats': _fits_80_columns(spec.get('caveats', ' ')),
        'platforms': bool(platforms),
        'selectors': all(_selects(spec, *platform) <= 1 for platform in PLATFORMS),
    }
    wrong = [rule for rule, kept in rules.items() if not kept]
    return wrong + [fault for at in platforms for fault in _platform_faults(at)]


def _is_safe(name):
    return bool(re.fullmatch(r'[a-z][a-z0-9-]*', name)) and name not in _RESERVED


def _is_short(text):
    return 0 < len(text) <= 70 and not re.search(r'[\r\n]', text)


def _fits_80_columns(text):
    return bool(text) and all(len(line) <= 80 for line in text.splitlines())


def _selects(spec, system, arch):
    return len([at for at in spec['platforms'] if matches(at.get('selector') or {}, system, arch)])


def _platform_faults(at):
    selector = at.get('selector') or {}
    keys = {
        *selector.get('matchLabels', {}),
        *(e['key'] for e in selector.get('matchExpressions', [])),
    }
    files = at.get('files', [{'from': '*', 'to': '.'}])
    windows = matches(selector, 'windows', 'amd64') or matches(selector, 'windows', '386')
    rules = {
        'uri': bool(re.fullmatch(r'https://\S+\.(zip|tar\.gz)', at.get('uri', ''))),
        'sha256': bool(re.fullmatch('[a-f0-9]{64}', str(at.get('sha256')))),
        'bin': bool(at.get('bin')) and (at['bin'].endswith('.exe') or not windows),
        'selector': bool(keys) and keys <= {'os', 'arch'},
        'selected': any(matches(selector, *platform) for platform in PLATFORMS),
        'files': bool(files) and all(f.get('from') and _is_clean(f.get('to')) for f in files),
    }
    return [rule for rule, kept in rules.items() if not kept]


def _is_clean(path):
    return bool(path) and str(PurePosixPath(path)) == path and '..' not in path


def matches(selector, system, arch):
    """Whether a label selector matches a platform."""
    labels = {'os': system, 'arch': arch}
    wanted = selector.get('matchLabels', {}).items()
    terms = selector.get('matchExpressions', [])
    return all(labels.get(key) == value for key, value in wanted) and all(
        (labels.get(term['key']) in term['values']) is (term['operator'] == 'In') for term in terms
    )


class Krew:
    """A krew installation below `root` (~/.krew for users)."""

    def __init__(self, root):
        self.root = root
        self.bin = root / 'bin'

    def install(self, manifest, archive, system='linux', arch='amd64'):
        """Do what `kubectl krew install --manifest --archive` does."""
        name, version = manifest['metadata']['name'], manifest['spec']['version']
        [at] = [at for at in manifest['spec']['platforms'] if matches(at['selector'], system, arch)]
        data = archive.read_bytes()
        assert sha256(data).hexdigest() == at['sha256'], 'checksum does not match'
        store = self.root / 'store' / name / version
        fresh = self.root / 'fresh'
        unpack(data, fresh)
        store.mkdir(parents=True)
        for rule in at.get('files', [{'from': '*', 'to': '.'}]):
            paths = [path for path in fresh.iterdir() if fnmatch.fnmatch(path.name, rule['from'])]
            assert paths, f'no files match {rule["from"]}'
            for path in paths:
                path.rename(store / rule['to'] / path.name)
        shutil.rmtree(fresh)
        assert (store / at['bin']).exists(), 'source binary cannot be found in extracted archive'
        self.bin.mkdir(exist_ok=True)
        link = self.bin / _link(name, system)
        link.symlink_to(os.path.relpath(store / at['bin'], self.bin))
        receipts = self.root / 'receipts'
        receipts.mkdir(exist_ok=True)
        (receipts / f'{name}.yaml').write_text(repr(manifest))
        return link

    def uninstall(self, name, system='linux'):
        """Do what `kubectl krew uninstall` does."""
        (self.bin / _link(name, system)).unlink()
        shutil.rmtree(self.root / 'store' / name)
        (self.root / 'receipts' / f'{name}.yaml').unlink()

    def files(self):
        """All files and links, without folders."""
        return [path for path in self.root.rglob('*') if not path.is_dir() or path.is_symlink()]


def _link(name, system):
    return f'kubectl-{name.replace("-", "_")}' + ('.exe' if system == 'windows' else '')


def unpack(data, folder):
    """Unpack as krew does: no folders for files of a .zip, and no links."""
    folder.mkdir(parents=True)
    if data[:2] == b'PK':
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                _write(folder / info.filename, archive.read(info), info.external_attr >> 16)
        return
    with tarfile.open(fileobj=io.BytesIO(data), mode='r:gz') as archive:
        for info in archive:
            assert info.isreg(), f'unable to handle the type of {info.name}'
            path = folder / info.name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, archive.extractfile(info).read(), info.mode)


def _write(path, data, mode):
    assert '..' not in Path(path).parts
    path.write_bytes(data)
    path.chmod(mode & 0o777)
