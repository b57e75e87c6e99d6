"""Remove the containers, mounts and files that a stopped cluster leaves on the machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from . import cgroups


def remove(settings):
    """Kills its containers and shims, unmounts, deletes its bridge, cgroups and runtime data."""
    cgroups.kill_and_remove(settings.cgroup)
    _kill_shims(settings)
    _unmount(settings.state)
    subprocess.run(
        ['ip', 'link', 'delete', settings.bridge],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # No container is left, and a runtime that starts empty has no dead ones to recover.
    for folder in (settings.containerd, settings.ipam, settings.kubelet, settings.pod_logs):
        _delete(folder)


def _kill_shims(settings):
    """Each shim was started by our containerd: it has its socket on the command line."""
    for process in Path('/proc').glob('[0-9]*'):
        try:
            command = (process / 'cmdline').read_bytes().decode(errors='replace').split('\0')
            if 'containerd-shim' in command[0] and str(settings.socket) in command:
                os.kill(int(process.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            pass  # gone in the meantime


def _unmount(folder):
    # The latest first, because mounts can be nested.
    for mount in reversed(mounts_below(folder)):
        subprocess.run(['umount', '-l', mount], check=False, stderr=subprocess.DEVNULL)


def mounts_below(folder):
    """The mount points below the folder, in the order in which they were mounted."""
    lines = Path('/proc/self/mounts').read_text().splitlines()
    points = [line.split()[1].encode().decode('unicode_escape') for line in lines]
    return [point for point in points if point.startswith(f'{folder}/')]


def _delete(folder):
    # Never through a mount that could not be undone.
    if folder.exists() and not mounts_below(folder):
        shutil.rmtree(folder)
