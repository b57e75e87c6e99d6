"""etcd, API server, controller manager and scheduler."""

from __future__ import annotations

import signal
import time
import urllib.error
import urllib.request

from . import kubeconfig
from . import paths

NAMES = ('etcd', 'apiserver', 'controller-manager', 'scheduler')

# Logs one line per request; requests of the cluster's own components are left out.
AUDIT_POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: None, userGroups: ["system:nodes", "system:serviceaccounts"]}
- level: None
  users: ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"]
- {level: Metadata}
"""


# Tests create thousands of objects at once; the defaults allow 20 requests a second.
RATE_LIMITS = ('--kube-api-qps=500', '--kube-api-burst=1000')

# Seconds for which a restarted API server is down.
DOWN_SECONDS = 4
# After SIGTERM it would wait up to a minute for open watches and log streams: too long for tests.
GRACE_SECONDS = 10


def start(settings, processes, binaries, kubectl):
    """Starts what does not run and waits until the API server is ready."""
    processes.start('etcd', _etcd(settings, binaries))
    processes.wait('etcd', lambda: _etcd_healthy(settings), 30)
    (settings.state / 'audit.yaml').write_text(AUDIT_POLICY)
    processes.start('apiserver', _apiserver(settings, binaries))
    processes.wait('apiserver', lambda: kubectl.succeeds('get', '--raw', '/readyz'), 90)
    processes.start('controller-manager', _controller_manager(settings, binaries))
    processes.start('scheduler', _scheduler(settings, binaries))


def restart(cluster, number=signal.SIGTERM):
    """End the API server with a signal and start it again; return the seconds until it ended."""
    began = time.monotonic()
    cluster.processes.signal('apiserver', number)
    if not cluster.processes.ended('apiserver', GRACE_SECONDS):
        cluster.processes.signal('apiserver', signal.SIGKILL)
    assert cluster.processes.ended('apiserver')
    seconds = time.monotonic() - began
    time.sleep(DOWN_SECONDS)
    start(cluster.settings, cluster.processes, paths.bin_dir(), cluster.kubectl)
    return seconds


def _etcd(settings, binaries):
    client = f'http://127.0.0.1:{settings.ports.etcd}'
    peer = f'http://127.0.0.1:{settings.ports.etcd + 1}'
    return [
        binaries / 'etcd',
        f'--data-dir={settings.state / "etcd"}',
        # Tests need speed, not data that survives a power failure.
        '--unsafe-no-fsync',
        f'--listen-client-urls={client}',
        f'--advertise-client-urls={client}',
        f'--listen-peer-urls={peer}',
        f'--initial-advertise-peer-urls={peer}',
        f'--initial-cluster=default={peer}',
    ]


def _etcd_healthy(settings):
    try:
        with urllib.request.urlopen(
            f'http://127.0.0.1:{settings.ports.etcd}/health', timeout=2
        ) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _apiserver(settings, binaries):
    pki = settings.pki
    return [
        binaries / 'kube-apiserver',
        f'--etcd-servers=http://127.0.0.1:{settings.ports.etcd}',
        '--bind-address=127.0.0.1',
        '--advertise-address=127.0.0.1',
        f'--secure-port={settings.ports.api}',
        f'--tls-cert-file={pki / "apiserver.crt"}',
        f'--tls-private-key-file={pki / "apiserver.key"}',
        f'--client-ca-file={pki / "ca.crt"}',
        '--service-account-issuer=https://kubernetes.default.svc',
        f'--service-account-key-file={pki / "sa.pub"}',
        f'--service-account-signing-key-file={pki / "sa.key"}',
        '--service-cluster-ip-range=10.0.0.0/24',
        '--authorization-mode=Node,RBAC',
        '--endpoint-reconciler-type=none',
        f'--kubelet-client-certificate={pki / "kubelet-client.crt"}',
        f'--kubelet-client-key={pki / "kubelet-client.key"}',
        # The node is called localhost: logs and exec stay on loopback.
        '--kubelet-preferred-address-types=Hostname',
        f'--audit-policy-file={settings.state / "audit.yaml"}',
        f'--audit-log-path={settings.audit_log}',
        '--audit-log-mode=blocking',
        '--audit-log-maxsize=50',
        '--audit-log-maxbackup=1',
        '--v=1',
    ]


def _controller_manager(settings, binaries):
    return [
        binaries / 'kube-controller-manager',
        f'--kubeconfig={kubeconfig.write(settings, "controller-manager")}',
        f'--root-ca-file={settings.pki / "ca.crt"}',
        f'--service-account-private-key-file={settings.pki / "sa.key"}',
        '--use-service-account-credentials',
        '--leader-elect=false',
        '--secure-port=0',
        *RATE_LIMITS,
        '--controllers=*,-node-ipam-controller',
        '--v=1',
    ]


def _scheduler(settings, binaries):
    return [
        binaries / 'kube-scheduler',
        f'--kubeconfig={kubeconfig.write(settings, "scheduler")}',
        '--leader-elect=false',
        '--secure-port=0',
        *RATE_LIMITS,
        '--v=1',
    ]
