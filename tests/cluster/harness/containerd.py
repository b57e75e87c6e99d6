"""The container runtime."""

from __future__ import annotations

import json
import subprocess

from . import images
from . import needs

# restrict_oom_score_adj: without CAP_SYS_RESOURCE (in a container) runc may not lower
# oom_score_adj, and every sandbox would fail with "can't get final child's PID from pipe: EOF".
# netns_mounts_under_state_dir: where `down` finds and unmounts them.
CONFIG = """\
version = 2
root = "{folder}/root"
state = "{folder}/state"
[grpc]
  address = "{socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{folder}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{cni_dir}"
    conf_dir = "{folder}/cni"
"""


def start(settings, processes):
    """Starts containerd, unless it runs, and gives it the images."""
    folder = settings.containerd
    (folder / 'cni').mkdir(parents=True, exist_ok=True)
    (folder / 'cni' / '10-bridge.conflist').write_text(
        f'{json.dumps(_network(settings), indent=2)}\n'
    )
    (folder / 'config.toml').write_text(
        CONFIG.format(
            folder=folder, socket=settings.socket, pause=images.PAUSE, cni_dir=needs.cni_dir()
        )
    )
    processes.start('containerd', ['containerd', '-c', folder / 'config.toml'])
    processes.wait('containerd', lambda: ctr(settings, 'version', check=False).returncode == 0, 30)
    _load(settings, images.PAUSE, ['/bin/sleep', '2147483647'])
    _load(settings, images.BUSYBOX, ['/bin/sh'])


def ctr(settings, *arguments, check=True):
    """Runs containerd's own client."""
    return subprocess.run(
        ['ctr', '-a', str(settings.socket), '-n', 'k8s.io', *arguments],
        text=True,
        capture_output=True,
        timeout=60,
        check=check,
    )


def _network(settings):
    # On a bridge of the host, without masquerading: pods cannot reach the network.
    bridge = {
        'type': 'bridge',
        'bridge': settings.bridge,
        'isGateway': True,
        'ipMasq': False,
        'ipam': {
            'type': 'host-local',
            'ranges': [[{'subnet': settings.subnet}]],
            'dataDir': str(settings.ipam),
        },
    }
    return {'cniVersion': '0.4.0', 'name': settings.bridge, 'plugins': [bridge]}


def _load(settings, name, command):
    if name in ctr(settings, 'images', 'ls', '-q').stdout.split():
        return
    path = settings.containerd / 'image.tar'
    images.archive(name, command, path)
    ctr(settings, 'images', 'import', str(path))
    path.unlink()
