"""The test cluster: all its components, started and stopped together."""

from __future__ import annotations

import shutil

from . import build
from . import containerd
from . import control_plane
from . import kubeconfig
from . import leftovers
from . import needs
from . import node
from . import paths
from . import pki
from .kubectl import Kubectl
from .lock import locked
from .processes import Failed
from .processes import Processes
from .say import say

# The kubelet stops before the API server, or it fills the log with errors.
STOP_ORDER = ('kubelet', 'containerd', *reversed(control_plane.NAMES))


class Cluster:
    """A one-node cluster in a state directory; `kubelet` is added to the kubelet's settings."""

    def __init__(self, settings, kubelet=None):
        self.settings = settings
        self._kubelet = kubelet or {}
        self.processes = Processes(settings.state / 'run', settings.state / 'log')

    @property
    def kubectl(self):
        """kubectl with the administrator's rights."""
        return Kubectl(paths.bin_dir() / 'kubectl', self.settings.kubeconfig)

    def alive(self):
        """The names of the components that run."""
        return [name for name in reversed(STOP_ORDER) if self.processes.alive(name)]

    def up(self):
        """Start the components that do not run, and wait until the node is ready."""
        missing = needs.missing()
        if missing:
            raise Failed('\n'.join(missing))
        binaries = build.ensure()
        with self._locked():
            self.settings.save()
            pki.ensure(self.settings.pki)
            kubeconfig.write(self.settings, 'admin')
            control_plane.start(self.settings, self.processes, binaries, self.kubectl)
            containerd.start(self.settings, self.processes)
            node.start(self.settings, self.processes, binaries, self.kubectl, self._kubelet)

    def down(self, purge=False):
        """Stop the components and clean up; keeps the API's objects unless `purge` is true."""
        with self._locked():
            for name in STOP_ORDER:
                self.processes.stop(name)
            leftovers.remove(self.settings)
            if purge:
                self._purge()

    def _purge(self):
        left = leftovers.mounts_below(self.settings.state)
        if left:
            raise Failed(f'Still mounted, so nothing is deleted: {", ".join(left)}')
        shutil.rmtree(self.settings.state)
        say('removed %s', self.settings.state)

    def _locked(self):
        # Beside the directory, because that can be purged.
        return locked(self.settings.state.with_name(f'{self.settings.state.name}.lock'))
