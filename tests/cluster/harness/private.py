"""A cluster for one test run alone, for tests that would disturb the others."""

from __future__ import annotations

import contextlib
import os
import random
import socket

from . import kwok
from . import paths
from . import settings
from .cluster import Cluster
from .processes import started_at
from .say import say

PREFIX = 'private-'
# Below the system's ephemeral ports. The pods' subnet is another every 16 ports.
PORTS = range(27008, 32000, 16)


@contextlib.contextmanager
def opened(**kubelet):
    """Start a cluster with its own ports and state directory; removes all of it at the end.

    Keyword arguments are added to the kubelet's configuration.
    """
    _sweep()
    base = next(port for port in random.sample(PORTS, len(PORTS)) if _free(port))
    state = paths.cache_dir() / f'{PREFIX}{os.getpid()}-{base}'
    own = settings.load(state, api=base, etcd=base + 1, kubelet=base + 3)
    cluster = Cluster(own, kubelet)
    state.mkdir(parents=True)
    (state / 'owner').write_text(started_at(os.getpid()))
    try:
        cluster.up()
        yield cluster
    finally:
        _remove(cluster)


def _sweep():
    """Remove the clusters of runs that were killed."""
    for state in paths.cache_dir().glob(f'{PREFIX}*/'):
        owner = state / 'owner'
        pid = int(state.name[len(PREFIX) :].partition('-')[0])
        # An owner that is just starting has not written its file yet.
        known = owner.read_text() if owner.exists() else started_at(pid)
        if known is None or known != started_at(pid):
            say('removing what a killed run has left: %s', state)
            _remove(Cluster(settings.load(state)))


def _remove(cluster):
    cluster.processes.stop(kwok.PROCESS)
    cluster.down(purge=True)
    state = cluster.settings.state
    state.with_name(f'{state.name}.lock').unlink(missing_ok=True)


def _free(base):
    """Whether nobody listens on these ports."""
    for port in range(base, base + 4):
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
            except OSError:
                return False
    return True
