"""The settings of one cluster, kept in its state directory."""

from __future__ import annotations

import json
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

from .processes import Failed


@dataclass(frozen=True)
class Ports:
    """The loopback ports; etcd also takes the next higher one."""

    api: int = 26443
    etcd: int = 22379
    kubelet: int = 21250


@dataclass(frozen=True)
class Settings:
    """Where a cluster lives. Everything that must differ between two clusters derives from this."""

    state: Path
    ports: Ports

    @property
    def kubeconfig(self):
        """The administrator's kubeconfig."""
        return self.state / 'admin.conf'

    @property
    def audit_log(self):
        """The API server's log of requests."""
        return self.state / 'log' / 'audit.log'

    @property
    def pki(self):
        """The directory of keys and certificates."""
        return self.state / 'pki'

    @property
    def containerd(self):
        """containerd's directory."""
        return self.state / 'containerd'

    @property
    def socket(self):
        """containerd's socket."""
        return self.containerd / 'c.sock'

    @property
    def kubelet(self):
        """The kubelet's directory."""
        return self.state / 'kubelet'

    @property
    def pod_logs(self):
        """The directory of the containers' logs."""
        return self.state / 'podlogs'

    @property
    def ipam(self):
        """The directory of the pods' address leases."""
        return self.state / 'ipam'

    @property
    def cgroup(self):
        """The name of the cgroup below which all pods are."""
        return f'kubectl-dog-{self.ports.api}'

    @property
    def bridge(self):
        """The pods' network bridge (15 characters at most)."""
        return f'dog{self.ports.api}'

    @property
    def subnet(self):
        """The pods' addresses: 4096 of them, others for every port."""
        return f'10.{self.ports.api >> 8}.{self.ports.api & 0xF0}.0/20'

    def save(self):
        """Records the ports in the state directory."""
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / 'ports.json').write_text(f'{json.dumps(asdict(self.ports))}\n')


def load(state, **wanted):
    """The settings recorded in the state directory, or new ones with the wanted ports."""
    state = Path(state).absolute()
    wanted = {name: port for name, port in wanted.items() if port is not None}
    recorded = state / 'ports.json'
    if not recorded.exists():
        return Settings(state, Ports(**wanted))
    ports = Ports(**json.loads(recorded.read_text()))
    for name, port in wanted.items():
        if getattr(ports, name) != port:
            raise Failed(
                f'{state} was made with {name} port {getattr(ports, name)}. '
                'For other ports take another --state, or `down --purge` first.'
            )
    return Settings(state, ports)
