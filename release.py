#!/usr/bin/env python3
"""Build a release from its tag: `python release.py v0.1.0 dist`.

`python release.py HEAD dist` is a trial without a tag; see docs/releasing.md.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parent


def main(argv):
    if len(argv) < 2:
        print('usage: python release.py TAG|HEAD FOLDER [build options]', file=sys.stderr)
        return 2
    name, out, options = argv[0], Path(argv[1]).resolve(), [from_here(word) for word in argv[2:]]
    with tempfile.TemporaryDirectory() as work:
        source = Path(work) / 'kubectl-dog'
        with tarfile.open(
            fileobj=io.BytesIO(_git('archive', '--prefix=kubectl-dog/', name))
        ) as files:
            files.extractall(work, filter='data')
        wrong = [] if name == 'HEAD' else list(obstacles(name, source))
        if wrong:
            print('\n'.join(f'release: {fault}' for fault in wrong), file=sys.stderr)
            return 1
        # A tag is built by its own scripts, so that any checkout can rebuild an old release.
        for script in (['zipapp/build.py', '--out', out, *options], ['krew/manifest.py', out]):
            done = subprocess.run([sys.executable, *map(str, script)], cwd=source, check=False)
            if done.returncode:
                return done.returncode
    return 0


def from_here(word):
    """A build option with its path made absolute, relative to the folder of the caller."""
    flag, equals, value = word.partition('=') if word.startswith('-') else ('', '', word)
    is_path = '/' in value or os.sep in value or value.startswith('.') or value.endswith('.whl')
    if not is_path or '://' in value:
        return word
    return f'{flag}{equals}{os.path.abspath(value)}'


def obstacles(tag, source):
    """Texts on contradictions between a tag and its sources."""
    text = (source / 'kubectl_dog' / 'version.py').read_text(encoding='utf-8')
    version = re.search(r"^VERSION = '(.+)'$", text, re.M)[1]
    if tag != f'v{version}':
        yield f'the tag {tag} is not that of version {version} in kubectl_dog/version.py'
    changes = (source / 'CHANGELOG.md').read_text(encoding='utf-8')
    if not re.search(rf'^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$', changes, re.M):
        yield f'CHANGELOG.md has no section for {version}'


def _git(*words):
    done = subprocess.run(['git', *words], cwd=_ROOT, check=False, capture_output=True)
    if done.returncode:
        raise SystemExit(f'release: {done.stderr.decode().strip()}')
    return done.stdout


if __name__ == '__main__':
    raise SystemExit(main(sys.argv[1:]))
