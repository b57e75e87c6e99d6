"""The cgroups of one cluster's pods."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from .processes import until

ROOT = Path('/sys/fs/cgroup')
# The controllers that the kubelet needs below its root with cgroup v2.
CONTROLLERS = ('cpu', 'cpuset', 'memory', 'pids', 'hugetlb', 'io')


def make(name):
    """Makes the cgroup in every hierarchy that has controllers."""
    for hierarchy in _hierarchies():
        if hierarchy.name == 'unified':
            continue  # beside v1, the v2 hierarchy has none
        _enable_controllers(hierarchy)
        group = hierarchy / name
        group.mkdir(exist_ok=True)
        for setting in ('cpuset.cpus', 'cpuset.mems'):
            # With v1 a new cpuset group has no CPUs, and no process can be put into it.
            if hierarchy.name == 'cpuset':
                (group / setting).write_text((hierarchy / setting).read_text())


def kill_and_remove(name):
    """Kills every process in the cgroup and below, then removes the cgroups."""
    groups = [hierarchy / name for hierarchy in _hierarchies() if (hierarchy / name).is_dir()]
    until(lambda: not any([_kill(group) for group in groups]), 10)
    for group in groups:
        for folder, _, _ in os.walk(group, topdown=False):
            until(lambda path=folder: _removed(path), 2)


def _hierarchies():
    """The root of cgroup v2, or the roots of all v1 hierarchies."""
    if (ROOT / 'cgroup.controllers').exists():
        return [ROOT]
    # Some exist twice, as "cpu,cpuacct" and as a link named "cpu".
    return [
        path
        for path in sorted(ROOT.iterdir())
        if (path / 'cgroup.procs').exists() and not path.is_symlink()
    ]


def _enable_controllers(hierarchy):
    switch = hierarchy / 'cgroup.subtree_control'
    for controller in CONTROLLERS if switch.exists() else ():
        # A kernel may lack it; the kubelet says so when it matters.
        with contextlib.suppress(OSError):
            switch.write_text(f'+{controller}')


def _kill(group):
    """Kill the processes in the group and below; return whether there were any."""
    any_killed = False
    for folder, _, files in os.walk(group):
        if 'cgroup.procs' not in files:
            continue
        for pid in map(int, Path(folder, 'cgroup.procs').read_text().split()):
            any_killed = True
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return any_killed


def _removed(path):
    try:
        os.rmdir(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
