"""Builds the cluster's programs from Go modules (tests/cluster/binaries)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import paths
from .lock import locked
from .say import say

MODULE = Path(__file__).resolve().parent.parent / 'binaries'
# In a Go module of its own, in the folder of this name.
KWOK = 'kwok'


def ensure():
    """Builds what is missing and returns the directory with the binaries."""
    folder = paths.bin_dir()
    if not paths.missing_in(folder):
        return folder
    with locked(folder.parent / 'build.lock'):
        # Whoever held the lock may have built them.
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


def ensure_kwok():
    """Builds kwok unless it is there, and returns its path; one test needs it, and not `up`."""
    folder = paths.cache_dir() / f'kube-{paths.VERSION}' / 'bin'
    program = folder / KWOK
    if not program.exists():
        with locked(folder.parent / 'build.lock'):
            if not program.exists():
                say('building %s into %s (two minutes on two cores)', KWOK, folder)
                _build([KWOK], folder)
    return program


def _build(names, folder):
    folder.mkdir(parents=True, exist_ok=True)
    # Built aside and renamed, so that an interrupted build leaves nothing that looks finished.
    for abandoned in folder.parent.glob('build-*/'):
        shutil.rmtree(abandoned, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix='build-', dir=folder.parent))
    try:
        command = ['go', 'build', '-ldflags', _ldflags(), '-o', f'{scratch}/']
        packages = [_package(name) for name in names]
        where = MODULE / KWOK if names == [KWOK] else MODULE
        subprocess.run(command + packages, cwd=where, env=_env(), check=True)
        for name in names:
            os.replace(scratch / name, folder / name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _package(name):
    if name == KWOK:
        return 'sigs.k8s.io/kwok/cmd/kwok'
    return './etcd' if name == 'etcd' else f'k8s.io/kubernetes/cmd/{name}'


def _ldflags():
    prefix = '-X k8s.io/component-base/version.'
    major, minor = paths.VERSION.split('.')[:2]
    values = {'gitVersion': f'v{paths.VERSION}', 'gitMajor': major, 'gitMinor': minor}
    return ' '.join(['-s -w'] + [f'{prefix}{key}={value}' for key, value in values.items()])


def _env():
    # A workspace or a vendor flag of the caller's must not leak into this module.
    return {**os.environ, 'CGO_ENABLED': '0', 'GOWORK': 'off', 'GOFLAGS': '-mod=readonly'}
