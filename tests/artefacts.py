"""Build the release artefacts for the tests in tests/install.

The folder in `KUBECTL_DOG_ARTEFACTS` is used instead, if set. A build takes half a minute, a
network, and Python 3.9 to 3.13.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def folder(new):
    """The folder of the artefacts; `new` is a folder for a build."""
    given = os.environ.get('KUBECTL_DOG_ARTEFACTS')
    return Path(given) if given else build(new)


def build(out, *words):
    """Build the artefacts; returns the folder."""
    result = run(ROOT / 'zipapp' / 'build.py', '--out', out, *words)
    assert result.returncode == 0, result.stderr
    result = run(ROOT / 'krew' / 'manifest.py', out)
    assert result.returncode == 0, result.stderr
    return out


def run(*words):
    """Run a script of this repository; returns the CompletedProcess."""
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def interpreters():
    """The Pythons that the single file has byte code for: `path`, `version`, `minor`."""
    return import_module('pythons').choose([])


def import_module(name):
    """Import a module of zipapp/; its modules import each other as scripts do."""
    if str(ROOT / 'zipapp') not in sys.path:
        sys.path.append(str(ROOT / 'zipapp'))
    return importlib.import_module(name)
