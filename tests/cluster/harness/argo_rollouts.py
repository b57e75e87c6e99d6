"""Argo Rollouts: its definitions, its controller as a process, and its kubectl plugin."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request

from . import build

PROCESS = 'argo-rollouts'
# Behind the ports of the cluster's own programs (harness/private.py).
_METRICS, _HEALTH = 8, 9


def start(cluster):
    """Starts the controller, unless it runs, and waits until it works."""
    programs = build.ensure_apart(build.ARGO_ROLLOUTS)
    definitions = build.sources(build.ARGO_ROLLOUTS) / 'manifests' / 'crds'
    # Too large for the annotation of a plain apply.
    cluster.kubectl('apply', '--server-side', '-k', str(definitions))
    cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s')
    ports = cluster.settings.ports
    command = [
        programs / 'rollouts-controller',
        # The administrator's rights: this is a cluster that is thrown away.
        f'--kubeconfig={cluster.settings.kubeconfig}',
        f'--metricsPort={ports.api + _METRICS}',
        f'--healthzPort={ports.api + _HEALTH}',
        '--leader-elect=false',
        '--loglevel=warn',
    ]
    cluster.processes.start(PROCESS, command)
    cluster.processes.wait(PROCESS, lambda: _is_healthy(ports.api + _HEALTH), 60)


def stop(cluster):
    """Stops the controller."""
    cluster.processes.stop(PROCESS)


def plugin(kubectl, *arguments):
    """Runs `kubectl argo rollouts ARGUMENTS` in the namespace of this kubectl."""
    program = build.ensure_apart(build.ARGO_ROLLOUTS) / 'kubectl-argo-rollouts'
    command = [str(program), *arguments]
    return subprocess.run(
        command, env=kubectl.env(), capture_output=True, text=True, timeout=60, check=False
    )


def _is_healthy(port):
    try:
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/healthz', timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
