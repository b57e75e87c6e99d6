"""Argo Rollouts: its definitions, its controller as a process, and its kubectl plugin."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request

from . import build

PROCESS, PROGRAM = 'argo-rollouts', 'rollouts-controller'
# Behind the ports of the cluster's own programs (harness/private.py).
_METRICS, _HEALTH = 8, 9


def start(cluster):
    """Starts the controller, unless it runs, and waits until it works."""
    programs = build.ensure_apart(build.ARGO_ROLLOUTS)
    (sources,) = build.sources(build.ARGO_ROLLOUTS)
    # Too large for the annotation of a plain apply.
    cluster.kubectl('apply', '--server-side', '-k', str(sources / 'manifests' / 'crds'))
    cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s')
    cluster.processes.start(PROCESS, command(programs, cluster))
    health = cluster.settings.ports.api + _HEALTH
    cluster.processes.wait(PROCESS, lambda: _is_healthy(health), 60)


def command(programs, cluster):
    """The command that runs the controller."""
    port = cluster.settings.ports.api
    return [
        programs / PROGRAM,
        # The administrator's rights: this is a cluster that is thrown away.
        f'--kubeconfig={cluster.settings.kubeconfig}',
        f'--metricsPort={port + _METRICS}',
        f'--healthzPort={port + _HEALTH}',
        '--leader-elect=false',
        '--loglevel=warn',
    ]


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
