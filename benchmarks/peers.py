"""The programs to compare with, built from the Go module proxy into the cache of the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.cluster.harness import paths

# The name of each program, its package and its version.
PEERS = {
    'kubedog-v0.12.3': ('github.com/werf/kubedog/cmd/kubedog', 'v0.12.3'),
    'stern': ('github.com/stern/stern', 'v1.34.0'),
}


def folder():
    return paths.cache_dir() / 'peers'


def ensure():
    """Build the programs that are missing; returns their folder."""
    for program, (package, version) in PEERS.items():
        path = folder() / program
        if path.exists():
            continue
        folder().mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, 'GOBIN': str(folder()), 'GOFLAGS': '-mod=mod'}
        command = ('go', 'install', f'{package}@{version}')
        subprocess.run(command, env=environment, cwd=folder(), check=True)
        built = folder() / package.rpartition('/')[2]
        if built != path:
            shutil.move(built, path)
    return folder()
