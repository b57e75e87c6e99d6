"""krew can install the archives on every platform."""

from __future__ import annotations

import os

import pytest
import yaml

from tests import krew


@pytest.mark.parametrize('system', ('linux', 'darwin', 'windows'))
def test_krew_unpacks_every_archive(artefacts, tmp_path, system):
    manifest = yaml.safe_load((artefacts / 'dog.yaml').read_text())
    assert krew.faults('dog', manifest) == []
    for arch in ('amd64', 'arm64'):
        kind = f'windows-{arch}.zip' if system == 'windows' else 'unix.tar.gz'
        done = krew.Krew(tmp_path / arch)
        archive = artefacts / f'kubectl-dog-{manifest["spec"]["version"][1:]}-{kind}'
        assert os.access(done.install(manifest, archive, system, arch), os.X_OK)
        done.uninstall('dog', system)
        assert done.files() == []
