"""The test images, made from the host's static busybox."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from pathlib import Path

from . import needs

PAUSE = 'localhost/pause:1'
BUSYBOX = 'localhost/busybox:1'
ARCHITECTURES = {'x86_64': 'amd64', 'aarch64': 'arm64', 'armv7l': 'arm', 'i686': '386'}
FOLDERS = {'bin': 0o755, 'data': 0o755, 'etc': 0o755, 'tmp': 0o1777, 'var': 0o755}
FILES = {
    'etc/passwd': b'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
    # For starting a file that exists and cannot be executed.
    'bin/notexec': b'#!/bin/sh\necho never\n',
}


def digest(data):
    """The data's name in a registry."""
    return f'sha256:{hashlib.sha256(data).hexdigest()}'


def layer():
    """The only layer of the images, an uncompressed tar, the same bytes every time."""
    program = needs.busybox()
    applets = subprocess.run(
        [program, '--list'], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode='w') as tar:
        for name, mode in FOLDERS.items():
            _add(tar, name, mode=mode, kind=tarfile.DIRTYPE)
        _add(tar, 'bin/busybox', Path(program).read_bytes(), mode=0o755)
        for name in applets:
            if name != 'busybox':
                _add(tar, f'bin/{name}', kind=tarfile.SYMTYPE, link='busybox')
        for name, data in FILES.items():
            _add(tar, name, data)
    return buffer.getvalue()


def config(layer_bytes, command, note):
    """The image's configuration.

    The note makes its digest, which is the image's id, its own: containerd 1.6 forgets the older
    of two names for one id, and pods then fail to pull an image that is there.
    """
    return json.dumps(
        {
            'architecture': ARCHITECTURES.get(platform.machine(), platform.machine()),
            'os': 'linux',
            'config': {'Env': ['PATH=/bin'], 'Cmd': command},
            'rootfs': {'type': 'layers', 'diff_ids': [digest(layer_bytes)]},
            'history': [{'created': '2026-01-01T00:00:00Z', 'created_by': note}],
        },
        sort_keys=True,
    ).encode()


def archive(name, command, path):
    """Writes the image as a docker-archive."""
    layer_bytes = layer()
    config_bytes = config(layer_bytes, command, name)
    config_name = f'{digest(config_bytes)[7:]}.json'
    layer_name = f'{digest(layer_bytes)[7:]}/layer.tar'
    index = [{'Config': config_name, 'RepoTags': [name], 'Layers': [layer_name]}]
    with tarfile.open(path, 'w') as tar:
        _add(tar, config_name, config_bytes)
        _add(tar, layer_name, layer_bytes)
        _add(tar, 'manifest.json', json.dumps(index).encode())


def _add(tar, name, data=b'', *, mode=0o644, kind=tarfile.REGTYPE, link=''):
    info = tarfile.TarInfo(name)
    info.mode, info.type, info.size, info.linkname = mode, kind, len(data), link
    tar.addfile(info, io.BytesIO(data))
