"""Check the requirements of the cluster on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from . import paths

PROGRAMS = {
    'containerd': 'containerd',
    'ctr': 'containerd',
    'containerd-shim-runc-v2': 'containerd',
    'runc': 'runc',
    'openssl': 'openssl',
    'ip': 'iproute2',
    'iptables': 'iptables',
}
# Distributions differ in where they put the CNI plugins.
CNI_DIRS = ('/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni')
BUSYBOXES = ('/bin/busybox', '/usr/bin/busybox', '/bin/busybox-static')


def missing():
    """Sentences on the missing requirements."""
    if not sys.platform.startswith('linux'):
        return ['The test cluster runs on Linux only.']
    problems = []
    if os.geteuid() != 0:
        problems.append('The kubelet and containerd have to run as root.')
    for program, package in PROGRAMS.items():
        if not shutil.which(program):
            problems.append(f'{program} is not installed (Debian package {package}).')
    if not cni_dir():
        problems.append(
            'The CNI plugins are not installed (Debian package containernetworking-plugins).'
        )
    if not busybox():
        problems.append('A static busybox is not installed (Debian package busybox-static).')
    return problems + _missing_for_build()


def cni_dir():
    """The directory of the CNI plugins, or None."""
    for folder in CNI_DIRS:
        if all(os.access(os.path.join(folder, name), os.X_OK) for name in ('bridge', 'host-local')):
            return folder
    return None


def busybox():
    """The path of a statically linked busybox, or None."""
    for path in BUSYBOXES:
        if os.path.exists(path) and is_static(Path(path).read_bytes()):
            return path
    return None


def is_static(elf):
    """Whether the bytes are a program that needs no dynamic loader."""
    # A dynamically linked program names its loader.
    return elf[:4] == b'\x7fELF' and b'/ld-linux' not in elf and b'/ld-musl' not in elf


def _missing_for_build():
    absent = paths.missing_in(paths.bin_dir())
    if absent and not shutil.which('go'):
        return [
            f'Go is needed to build {", ".join(absent)}, '
            f'or KUBEBUILDER_ASSETS with all of {", ".join(paths.BINARIES)}.'
        ]
    return []
