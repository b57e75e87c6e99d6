"""The released artefacts on a real cluster: krew's archive, and the single file in a sandbox."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests import artefacts as builds
from tests import krew

from . import manifests
from .stage import READY_SOON

# Runs a command as an unknown user, in a folder where not even root can write.
_PRISON = """
set -e
mount -t tmpfs tmpfs {mnt}
mkdir {mnt}/python {mnt}/bin
mount --bind {python} {mnt}/python
cp {file} {kubectl} {mnt}/bin
cp {config} {mnt}/bin/kubeconfig
chmod 0444 {mnt}/bin/kubeconfig
mount -o remount,ro {mnt}
cd {mnt}/bin
exec setpriv --reuid 54321 --regid 54321 --clear-groups env -i \
  PATH={mnt}/bin:{mnt}/python/bin:/usr/bin:/bin LD_LIBRARY_PATH={mnt}/python/lib \
  KUBECONFIG={mnt}/bin/kubeconfig {command}
"""


@pytest.fixture
def installed(artefacts, tmp_path):
    """krew's folder with the plugin in it, and the manifest."""
    manifest = yaml.safe_load((artefacts / 'dog.yaml').read_text())
    assert krew.faults('dog', manifest) == []
    done = krew.Krew(tmp_path / '.krew')
    done.install(manifest, artefacts / f'kubectl-dog-{manifest["spec"]["version"][1:]}-unix.tar.gz')
    return done


def test_krew_installs_runs_and_removes_it(installed, stage):
    only = installed.root.parent / 'only'
    only.mkdir()
    (only / 'python3').symlink_to(builds.interpreters()[-1].path)
    path = (installed.bin, only, stage.kubectl.program.parent, '/usr/bin', '/bin')
    stage.dog.env = {**stage.kubectl.env(), 'PATH': os.pathsep.join(map(str, path))}
    stage.apply([manifests.deployment('x', probe=READY_SOON), manifests.job('y', 'echo done')])
    rolled = stage.dog('rollout', 'deploy/x')
    assert (rolled.code, 'deploy/x' in rolled.stdout) == (0, True), rolled.output
    followed = stage.dog('follow', 'job/y')
    assert (followed.code, 'done' in followed.stdout) == (0, True), followed.output
    assert stage.dog('rollout', '--help').stdout.startswith('usage: kubectl dog rollout')
    installed.uninstall('dog')
    assert installed.files() == []
    gone = stage.dog('version')
    assert (gone.code, 'unknown command "dog"' in gone.stderr) == (1, True)


@pytest.mark.parametrize('minor', (9, 10, 11, 12, 13))
def test_a_user_without_a_home_runs_it_where_nothing_can_be_written(
    artefacts, stage, tmp_path, minor
):
    [python] = [at for at in builds.interpreters() if at.minor == minor]
    stage.apply(manifests.deployment('web', probe=READY_SOON))
    script = _PRISON.format(
        mnt='/mnt',
        python=Path(python.path).resolve().parent.parent,
        file=artefacts / 'kubectl-dog',
        kubectl=stage.kubectl.program,
        config=stage.kubectl.kubeconfig,
        command='kubectl dog rollout deploy/web',
    )
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob('*')}
    command = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, ''), done.stdout
    assert 'deploy/web' in done.stdout
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob('*')} == before
