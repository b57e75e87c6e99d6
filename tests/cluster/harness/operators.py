"""Real operators as processes on the host, with the definitions that are in their Go modules."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import NamedTuple

from . import argo_rollouts
from . import build
from . import images
from .processes import until

# Behind the ports of the cluster's own programs (harness/private.py).
_JOBSET_WEBHOOKS, _JOBSET_HEALTH, _PROMETHEUS, _KUEUE_WEBHOOKS, _FLUX = 10, 11, 12, 13, 14
# Run in a mount namespace with a file system of its own at $1, and the files of $3 in $2 there.
_WITH_FILES = 'mount -t tmpfs none "$1"; mkdir -p "$2"; cp "$3"/* "$2"; shift 3; exec "$@"'
_SERVICE_ACCOUNT = '/run/secrets/kubernetes.io/serviceaccount'


class Operator(NamedTuple):
    """Its definitions (a folder in its modules), and the commands for programs and a cluster."""

    definitions: str
    commands: Callable


def start(cluster, names):
    """Start operators; what is applied before they work waits for them."""
    for name in names:
        for source in build.sources(name):
            for path in sorted((source / OPERATORS[name].definitions).glob('*.yaml')):
                if path.name != 'kustomization.yaml':
                    # Too large for the annotation of a plain apply.
                    cluster.kubectl('apply', '--server-side', '-f', str(path))
    established = ('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s')
    # It fails for a definition that has no conditions yet.
    assert until(lambda: cluster.kubectl.succeeds(*established), 120)
    for name in names:
        commands = OPERATORS[name].commands(build.ensure_apart(name), cluster)
        for program, command in commands.items():
            cluster.processes.start(program, command)


def stop(cluster, names):
    """Stop operators."""
    for name in names:
        for program in build.programs(name):
            cluster.processes.stop(program)


def _jobset(programs, cluster):
    """Without its webhooks, so that manifests have to set what they would."""
    folder = _certificate(cluster, build.JOBSET)
    port = cluster.settings.ports.api
    configuration = {
        'apiVersion': 'config.jobset.x-k8s.io/v1alpha1',
        'kind': 'Configuration',
        'leaderElection': {'leaderElect': False},
        'internalCertManagement': {'enable': False},
        'webhook': {'port': port + _JOBSET_WEBHOOKS, 'certDir': str(folder)},
        'metrics': {'bindAddress': '0'},
        'health': {'healthProbeBindAddress': f'127.0.0.1:{port + _JOBSET_HEALTH}'},
    }
    path = folder / 'configuration.json'
    path.write_text(json.dumps(configuration))
    return {'jobset': [programs / 'jobset', f'--config={path}', _kubeconfig(cluster)]}


def _cert_manager(programs, cluster):
    program = 'cert-manager-controller'
    return {program: [programs / program, _kubeconfig(cluster)]}


def _prometheus(programs, cluster):
    command = [
        # It has no flag for it.
        'env',
        f'KUBECONFIG={cluster.settings.kubeconfig}',
        programs / 'operator',
        f'--web.listen-address=127.0.0.1:{cluster.settings.ports.api + _PROMETHEUS}',
        f'--prometheus-config-reloader={images.BUSYBOX}',
    ]
    return {'operator': command}


def _kueue(programs, cluster):
    """For Jobs only; without its webhooks, so that manifests have to set what they would."""
    folder = _certificate(cluster, build.KUEUE)
    webhooks = cluster.settings.ports.api + _KUEUE_WEBHOOKS
    configuration = {
        'apiVersion': 'config.kueue.x-k8s.io/v1beta2',
        'kind': 'Configuration',
        'leaderElection': {'leaderElect': False},
        'internalCertManagement': {'enable': False},
        'webhook': {'port': webhooks, 'certDir': str(folder)},
        'metrics': {'bindAddress': '0'},
        'health': {'healthProbeBindAddress': '0'},
        'integrations': {'frameworks': ['batch/job']},
        # It would have a server of its own.
        'featureGates': {'VisibilityOnDemand': False},
    }
    path = folder / 'configuration.json'
    path.write_text(json.dumps(configuration))
    command = [programs / 'kueue', f'--config={path}', _kubeconfig(cluster)]
    return {'kueue': _with_files('/etc', '/etc/kueue/metrics/certs', folder, command)}


def _sealed_secrets(programs, cluster):
    """As in a pod: it has no flag for a kubeconfig."""
    folder = cluster.settings.state / build.SEALED_SECRETS
    folder.mkdir(exist_ok=True)
    account = ('sealed-secrets', '--namespace=default')
    cluster.kubectl('create', 'serviceaccount', *account)
    cluster.kubectl(
        'create',
        'clusterrolebinding',
        'sealed-secrets',
        '--clusterrole=cluster-admin',
        '--serviceaccount=default:sealed-secrets',
    )
    (folder / 'token').write_text(cluster.kubectl('create', 'token', *account).stdout.strip())
    shutil.copy(cluster.settings.pki / 'ca.crt', folder)
    command = [
        'env',
        'KUBERNETES_SERVICE_HOST=127.0.0.1',
        f'KUBERNETES_SERVICE_PORT={cluster.settings.ports.api}',
        'POD_NAMESPACE=default',
        programs / 'controller',
        '--key-size=2048',
        '--listen-addr=127.0.0.1:0',
        '--listen-metrics-addr=127.0.0.1:0',
    ]
    return {'controller': _with_files('/run', _SERVICE_ACCOUNT, folder, command)}


def _kuberay(programs, cluster):
    command = [
        programs / 'ray-operator',
        _kubeconfig(cluster),
        '--enable-leader-election=false',
        '--metrics-addr=0',
        '--health-probe-bind-address=0',
    ]
    # What it adds to pods needs Ray's own program.
    added = ('ENABLE_PROBES_INJECTION=false', 'ENABLE_INIT_CONTAINER_INJECTION=false')
    return {'ray-operator': ['env', *added, *command]}


def _flux(programs, cluster):
    artifacts = cluster.settings.state / build.FLUX
    artifacts.mkdir(exist_ok=True)
    address = f'127.0.0.1:{cluster.settings.ports.api + _FLUX}'
    storage = (f'--storage-addr={address}', f'--storage-adv-addr={address}')
    commands = {
        'source-controller': (f'--storage-path={artifacts}', *storage),
        'kustomize-controller': (),
    }
    common = ('--metrics-addr=0', '--health-addr=0')
    # They have no flag for it.
    env = ('env', f'KUBECONFIG={cluster.settings.kubeconfig}')
    return {name: [*env, programs / name, *common, *flags] for name, flags in commands.items()}


def _argo_rollouts(programs, cluster):
    return {argo_rollouts.PROGRAM: argo_rollouts.command(programs, cluster)}


def _kubeconfig(cluster):
    # The administrator's rights: this is a cluster that is thrown away.
    return f'--kubeconfig={cluster.settings.kubeconfig}'


def _certificate(cluster, name):
    """A new folder with a certificate for an operator, under the names that they expect."""
    folder = cluster.settings.state / name
    folder.mkdir(exist_ok=True)
    for suffix in ('crt', 'key'):
        shutil.copy(cluster.settings.pki / f'webhook.{suffix}', folder / f'tls.{suffix}')
    return folder


def _with_files(root, path, folder, command):
    """The command with the files of a folder at a path that only it sees, below `root`."""
    return ['unshare', '--mount', 'sh', '-ec', _WITH_FILES, 'sh', root, path, folder, *command]


OPERATORS = {
    build.JOBSET: Operator('config/components/crd/bases', _jobset),
    build.CERT_MANAGER: Operator('deploy/crds', _cert_manager),
    build.PROMETHEUS: Operator('example/prometheus-operator-crd', _prometheus),
    build.ARGO_ROLLOUTS: Operator('manifests/crds', _argo_rollouts),
    build.KUEUE: Operator('config/components/crd/bases', _kueue),
    build.SEALED_SECRETS: Operator('helm/sealed-secrets/crds', _sealed_secrets),
    build.FLUX: Operator('config/crd/bases', _flux),
    build.KUBERAY: Operator('config/crd/bases', _kuberay),
}
