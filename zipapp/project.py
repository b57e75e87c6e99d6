"""Build the sdist and the wheel of kubectl-dog from its tracked files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from archive import members_of
from archive import tarred
from errors import BuildError
from wheels import HERE
from wheels import pip

ROOT = HERE.parent
# The oldest date of zip archives, instead of the date of the build.
_EPOCH = '315532800'
_STEPS = """
import sys
from setuptools import build_meta
out = sys.argv[1]
build_meta.build_sdist(out)
build_meta.build_wheel(out)
"""


def tools(folder):
    """Install the build tools, checked by hash; returns the folder to import them from."""
    pip(
        'install',
        '-q',
        '--no-deps',
        '--only-binary=:all:',
        '--require-hashes',
        '--target',
        str(folder),
        '-r',
        str(HERE / 'requirements-build.txt'),
    )
    return folder


def build(tools_folder, work, out):
    """Write the sdist and the wheel to `out`; returns their paths."""
    source = work / 'source'
    for name in _tracked():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
        target.chmod(0o644)
    env = {**os.environ, 'PYTHONPATH': str(tools_folder), 'SOURCE_DATE_EPOCH': _EPOCH}
    command = [sys.executable, '-c', _STEPS, str(out.resolve())]
    done = subprocess.run(
        command,
        check=False,
        cwd=source,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise BuildError(f'the wheel cannot be built: {done.stdout[-1500:]}')
    sdist, wheel = next(out.glob('*.tar.gz')), next(out.glob('*.whl'))
    sdist.write_bytes(tarred(list(members_of(sdist))))
    return sdist, wheel


def _tracked():
    """The tracked files, or all files if this is the unpacked source of a release."""
    if not (ROOT / '.git').exists():
        paths = (path.relative_to(ROOT) for path in sorted(ROOT.rglob('*')) if path.is_file())
        return [name for name in paths if '__pycache__' not in name.parts]
    listed = subprocess.run(['git', 'ls-files', '-z'], cwd=ROOT, capture_output=True, check=True)
    names = [Path(name) for name in listed.stdout.decode().split('\0') if name]
    return [name for name in names if (ROOT / name).is_file()]
