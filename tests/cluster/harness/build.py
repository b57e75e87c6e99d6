"""Build the cluster's programs from Go modules (tests/cluster/binaries)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import paths
from .lock import locked
from .say import say

MODULE = Path(__file__).resolve().parent.parent / 'binaries'
# Programs that only one test needs. Each module is a folder of this name, with the package of each
# program.
KWOK, ARGO_ROLLOUTS = 'kwok', 'argo-rollouts'
_ARGO = 'github.com/argoproj/argo-rollouts/cmd'
_APART = {
    KWOK: {'kwok': 'sigs.k8s.io/kwok/cmd/kwok'},
    ARGO_ROLLOUTS: {
        'rollouts-controller': f'{_ARGO}/rollouts-controller',
        'kubectl-argo-rollouts': f'{_ARGO}/kubectl-argo-rollouts',
    },
}


def ensure():
    """Builds what is missing and returns the directory with the binaries."""
    folder = paths.bin_dir()
    if not paths.missing_in(folder):
        return folder
    with locked(folder.parent / 'build.lock'):
        # The previous holder of the lock may have built them.
        missing = paths.missing_in(folder)
        if missing:
            say(
                'building %s %s into %s (a quarter of an hour on two cores)',
                ', '.join(missing),
                paths.VERSION,
                folder,
            )
            _build(missing, folder)
    return folder


def ensure_apart(module):
    """Build the programs of a separate module unless they exist; return their folder."""
    folder = paths.cache_dir() / f'kube-{paths.VERSION}' / 'bin'
    if _missing(module, folder):
        with locked(folder.parent / 'build.lock'):
            missing = _missing(module, folder)
            if missing:
                say('building %s into %s (minutes on two cores)', ', '.join(missing), folder)
                _build(missing, folder, module)
    return folder


def sources(module):
    """The folder with the sources of a separate module, downloaded if necessary."""
    package, *_ = _APART[module].values()
    command = ['go', 'mod', 'download', '-json', package.partition('/cmd/')[0]]
    folder = MODULE / module
    output = subprocess.run(
        command, cwd=folder, env=_env(), check=True, stdout=subprocess.PIPE
    ).stdout
    return Path(json.loads(output)['Dir'])


def _missing(module, folder):
    return [name for name in _APART[module] if not (folder / name).exists()]


def _build(names, folder, module=''):
    folder.mkdir(parents=True, exist_ok=True)
    # Built in a scratch folder and renamed, so that an interrupted build does not look finished.
    for abandoned in folder.parent.glob('build-*/'):
        shutil.rmtree(abandoned, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix='build-', dir=folder.parent))
    try:
        command = ['go', 'build', '-ldflags', _ldflags(), '-o', f'{scratch}/']
        packages = [_package(name, module) for name in names]
        subprocess.run(command + packages, cwd=MODULE / module, env=_env(), check=True)
        for name in names:
            os.replace(scratch / name, folder / name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _package(name, module):
    if module:
        return _APART[module][name]
    return './etcd' if name == 'etcd' else f'k8s.io/kubernetes/cmd/{name}'


def _ldflags():
    prefix = '-X k8s.io/component-base/version.'
    major, minor = paths.VERSION.split('.')[:2]
    values = {'gitVersion': f'v{paths.VERSION}', 'gitMajor': major, 'gitMinor': minor}
    return ' '.join(['-s -w'] + [f'{prefix}{key}={value}' for key, value in values.items()])


def _env():
    # A workspace or a vendor flag of the caller must not affect this module.
    return {**os.environ, 'CGO_ENABLED': '0', 'GOWORK': 'off', 'GOFLAGS': '-mod=readonly'}
