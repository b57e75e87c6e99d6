"""Build the cluster's programs from Go modules (tests/cluster/binaries)."""

from __future__ import annotations

import json
import os
import re
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
JOBSET, CERT_MANAGER, PROMETHEUS = 'jobset', 'cert-manager', 'prometheus-operator'
KUEUE, SEALED_SECRETS, KUBERAY, FLUX = 'kueue', 'sealed-secrets', 'kuberay', 'flux'
HELM = 'helm'
# Those of the tests of each run; operators and old versions have commands of their own.
_USUAL = (KWOK, ARGO_ROLLOUTS, HELM)
_ARGO = 'github.com/argoproj/argo-rollouts/cmd'
_APART = {
    KWOK: {'kwok': 'sigs.k8s.io/kwok/cmd/kwok'},
    ARGO_ROLLOUTS: {
        'rollouts-controller': f'{_ARGO}/rollouts-controller',
        'kubectl-argo-rollouts': f'{_ARGO}/kubectl-argo-rollouts',
    },
    JOBSET: {'jobset': 'sigs.k8s.io/jobset'},
    CERT_MANAGER: {'cert-manager-controller': './cert-manager-controller'},
    PROMETHEUS: {'operator': 'github.com/prometheus-operator/prometheus-operator/cmd/operator'},
    KUEUE: {'kueue': 'sigs.k8s.io/kueue/cmd/kueue'},
    SEALED_SECRETS: {
        'controller': 'github.com/bitnami/sealed-secrets/cmd/controller',
        'kubeseal': 'github.com/bitnami/sealed-secrets/cmd/kubeseal',
    },
    FLUX: {
        'source-controller': 'github.com/fluxcd/source-controller',
        'kustomize-controller': 'github.com/fluxcd/kustomize-controller',
    },
    KUBERAY: {'ray-operator': 'github.com/ray-project/kuberay/ray-operator'},
    HELM: {'helm': 'helm.sh/helm/v3/cmd/helm'},
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


def ensure_usual():
    """Build what each run of the cluster tests uses; return the directory with the binaries."""
    for module in _USUAL:
        ensure_apart(module)
    return ensure()


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


def programs(module):
    """The names of the programs of a separate module."""
    return tuple(_APART[module])


def sources(module):
    """The folders with the sources of a separate module, downloaded if necessary."""
    folder = MODULE / module
    # The requirements that are not in a list.
    required = re.findall(r'^require (\S+) v', (folder / 'go.mod').read_text(), re.MULTILINE)
    command = ['go', 'mod', 'download', '-json']
    for name in required:
        output = subprocess.run(
            [*command, name], cwd=folder, env=_env(), check=True, stdout=subprocess.PIPE
        ).stdout
        yield Path(json.loads(output)['Dir'])


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
        for folder_of_module, packages in _packages(names, module).items():
            subprocess.run(command + packages, cwd=folder_of_module, env=_env(), check=True)
        for name in names:
            os.replace(scratch / name, folder / name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _packages(names, module):
    """The packages of programs, by the folder of the module that they are built in."""
    if module:
        return {MODULE / module: [_APART[module][name] for name in names]}
    older = MODULE / f'kubernetes-{paths.MINOR}'
    kubernetes = older if older.exists() else MODULE
    packages = {}
    for name in names:
        # Every version of Kubernetes runs with the same etcd.
        folder = MODULE if name == 'etcd' else kubernetes
        package = './etcd' if name == 'etcd' else f'k8s.io/kubernetes/cmd/{name}'
        packages.setdefault(folder, []).append(package)
    return packages


def _ldflags():
    prefix = '-X k8s.io/component-base/version.'
    major, minor = paths.VERSION.split('.')[:2]
    values = {'gitVersion': f'v{paths.VERSION}', 'gitMajor': major, 'gitMinor': minor}
    return ' '.join(['-s -w'] + [f'{prefix}{key}={value}' for key, value in values.items()])


def _env():
    # A workspace or a vendor flag of the caller must not affect this module.
    return {**os.environ, 'CGO_ENABLED': '0', 'GOWORK': 'off', 'GOFLAGS': '-mod=readonly'}
