"""Paths of the files that the harness keeps between runs."""

from __future__ import annotations

import os
from pathlib import Path

# The versions of Kubernetes that a cluster can have; the first one is the default.
VERSIONS = {'1.37': '1.37.2', '1.30': '1.30.14'}
# KUBECTL_DOG_KUBERNETES selects another version for all commands and tests of a process.
MINOR = os.environ.get('KUBECTL_DOG_KUBERNETES') or next(iter(VERSIONS))
if MINOR not in VERSIONS:
    raise SystemExit(f'KUBECTL_DOG_KUBERNETES is {MINOR!r}: use {" or ".join(VERSIONS)}')
VERSION = VERSIONS[MINOR]
BINARIES = (
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kubelet',
    'kubectl',
)


def cache_dir():
    """The directory of all files that are kept between runs."""
    own = os.environ.get('KUBECTL_DOG_CACHE')
    if own:
        return Path(own).expanduser().absolute()
    base = os.environ.get('XDG_CACHE_HOME') or '~/.cache'
    return Path(base).expanduser().absolute() / 'kubectl-dog'


def bin_dir():
    """The directory of the binaries: KUBEBUILDER_ASSETS if it has them all, or our own cache."""
    assets = os.environ.get('KUBEBUILDER_ASSETS')
    if assets and not missing_in(Path(assets)):
        return Path(assets).absolute()
    return cache_dir() / f'kube-{VERSION}' / 'bin'


def missing_in(folder):
    """The binaries that the folder does not hold."""
    return [name for name in BINARIES if not os.access(folder / name, os.X_OK)]


def default_state():
    """The cluster's state directory, unless another one is asked for."""
    is_default = next(iter(VERSIONS)) == MINOR
    return cache_dir() / ('cluster' if is_default else f'cluster-{MINOR}')
