"""The release artefacts, for the tests of what users install.

`KUBECTL_DOG_ARTEFACTS` names a folder that has them; without it they are built, which takes half a
minute, a network, and Python 3.9 to 3.13.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def folder(new):
    """Where they are; `new` is a folder they may be built in."""
    given = os.environ.get('KUBECTL_DOG_ARTEFACTS')
    return Path(given) if given else build(new)


def build(out, *words):
    """Build them; returns the folder."""
    made = run(ROOT / 'zipapp' / 'build.py', '--out', out, *words)
    assert made.returncode == 0, made.stderr
    made = run(ROOT / 'krew' / 'manifest.py', out)
    assert made.returncode == 0, made.stderr
    return out


def run(*words):
    """Run one of our scripts; returns the CompletedProcess."""
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def interpreters():
    """Each Python that the single file has byte code for: `path`, `version`, `minor`."""
    return import_module('pythons').found([])


def import_module(name):
    """One of the modules that build; they import each other as scripts do."""
    if str(ROOT / 'zipapp') not in sys.path:
        sys.path.append(str(ROOT / 'zipapp'))
    return importlib.import_module(name)
