"""Choose the interpreters that compile byte code: one for each minor version."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from errors import BuildError

MINORS = (9, 10, 11, 12, 13)
_VERSION = 'import sys; print(*sys.version_info[:3], sep=".")'


class Python(NamedTuple):
    path: str
    version: str

    @property
    def minor(self):
        return int(self.version.split('.')[1])


def choose(given):
    """An interpreter for each of MINORS, the oldest first: the given ones, else installed ones.

    Newer versions may be given, too.
    """
    pythons = {python.minor: python for python in map(_checked, given)}
    if not given:
        pythons = {minor: python for minor in MINORS if (python := _find(minor))}
    missing = [f'3.{minor}' for minor in MINORS if minor not in pythons]
    if missing:
        raise BuildError(
            f'found no Python {", ".join(missing)}: install it, or pass its path with --python'
        )
    return [pythons[minor] for minor in sorted(pythons)]


def _checked(path):
    python = _read_version(path)
    if python is None:
        raise BuildError(f'cannot run {path}: pass the path of a Python with --python')
    if python.minor < MINORS[0]:
        oldest = f'3.{MINORS[0]}'
        raise BuildError(f'{path} is Python {python.version}: use {oldest} or newer')
    return python


def _find(minor):
    named = shutil.which(f'python3.{minor}')
    versions = Path.home() / '.pyenv' / 'versions'
    kept = sorted(versions.glob(f'3.{minor}.*'), key=lambda path: int(path.name.split('.')[2]))
    for path in [*(str(folder / 'bin' / 'python') for folder in reversed(kept)), named]:
        python = _read_version(path) if path else None
        if python and python.minor == minor:
            return python
    return None


def _read_version(path):
    """The version of an interpreter; None if it does not run (a shim without a version)."""
    command = [path, '-S', '-c', _VERSION]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except OSError:
        return None
    return Python(path, done.stdout.strip()) if done.returncode == 0 else None
