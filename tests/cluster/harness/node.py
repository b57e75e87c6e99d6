"""The node: a kubelet named localhost."""

from __future__ import annotations

import json
import time

from . import cgroups
from . import kubeconfig

NAME = 'localhost'


def start(settings, processes, binaries, kubectl, more):
    """Starts the kubelet, unless it runs, and waits until the node is ready."""
    # Not while the kubelet runs: it manages its cgroups itself.
    if not processes.alive('kubelet'):
        cgroups.make(settings.cgroup)
    config = settings.state / 'kubelet.yaml'
    config.write_text(f'{json.dumps({**_config(settings), **more}, indent=2)}\n')
    now = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
    started = processes.start(
        'kubelet',
        [
            binaries / 'kubelet',
            f'--config={config}',
            f'--kubeconfig={kubeconfig.write(settings, "node")}',
            f'--hostname-override={NAME}',
            f'--root-dir={settings.kubelet}',
            f'--cert-dir={settings.kubelet / "pki"}',
            '--v=1',
        ],
    )
    processes.wait('kubelet', lambda: ready(kubectl, now if started else ''), 90)


def ready(kubectl, since=''):
    """Whether the kubelet has reported the node as ready at that time or later."""
    done = kubectl('get', 'node', NAME, '-o', 'json', check=False)
    if done.returncode:
        return False
    node = json.loads(done.stdout)
    tainted = any(
        taint['key'].startswith('node.kubernetes.io/not-ready')
        for taint in node['spec'].get('taints', ())
    )
    conditions = [
        condition
        for condition in node['status'].get('conditions', ())
        if condition['type'] == 'Ready'
    ]
    return not tainted and any(
        condition['status'] == 'True' and condition['lastHeartbeatTime'] >= since
        for condition in conditions
    )


def _config(settings):
    return {
        'apiVersion': 'kubelet.config.k8s.io/v1beta1',
        'kind': 'KubeletConfiguration',
        'address': '127.0.0.1',
        'port': settings.ports.kubelet,
        'healthzPort': 0,
        'readOnlyPort': 0,
        **_access(settings),
        # There is no DNS server; without an address every pod would get a warning event.
        'clusterDNS': ['10.0.0.10'],
        'clusterDomain': 'cluster.local',
        'containerRuntimeEndpoint': f'unix://{settings.socket}',
        'cgroupDriver': 'cgroupfs',
        'cgroupRoot': f'/{settings.cgroup}',
        'enforceNodeAllocatable': [],
        'failCgroupV1': False,
        'failSwapOn': False,
        'maxPods': 200,
        'registryPullQPS': 0,
        'serializeImagePulls': False,
        # The disk of the machine may be nearly full, which must not evict the tests' pods.
        'evictionHard': {'memory.available': '100Mi'},
        'imageGCHighThresholdPercent': 100,
        'imageGCLowThresholdPercent': 99,
        'nodeStatusUpdateFrequency': '5s',
        'podLogsDir': str(settings.pod_logs),
    }


def _access(settings):
    # A client certificate of our CA, as the API server has it, may do everything.
    authentication = {
        'anonymous': {'enabled': False},
        'webhook': {'enabled': False},
        'x509': {'clientCAFile': str(settings.pki / 'ca.crt')},
    }
    return {'authentication': authentication, 'authorization': {'mode': 'AlwaysAllow'}}
