#!/usr/bin/env python3
"""Write the krew manifest for the release artefacts in a folder: `python krew/manifest.py dist`.

Checksums come from SHA256SUMS, and texts from setup.cfg. The checksum of the manifest is added to
SHA256SUMS.
"""

from __future__ import annotations

import sys
from configparser import ConfigParser
from hashlib import sha256
from pathlib import Path

NAME = 'dog'
_ROOT = Path(__file__).resolve().parent.parent
_DESCRIPTION = """\
Waits until what was applied is ready, and ends as soon as it has failed: with
the root cause, the last words of the container, and an exit code for scripts.
Logs, kube events and status of everything behind a resource are one stream.
Deployments, StatefulSets, DaemonSets, Jobs, Pods, Helm releases, manifests,
and custom resources by what their operators document.
"""
_CAVEATS = """\
Needs Python 3.9 or newer: python3 on the PATH (on Windows: python.exe).
Try it without a cluster:

  kubectl dog demo

The TAB key, for who has kubectl's own completion:

  ln -s kubectl-dog ~/.krew/bin/kubectl_complete-dog

(on Windows, and more: see docs/completion.md; remove it when uninstalling.)
"""


def manifest(folder):
    """The text of the manifest; raises SystemExit if an artefact is missing."""
    sums = dict(reversed(line.split()) for line in (folder / 'SHA256SUMS').read_text().splitlines())
    config = ConfigParser()
    config.read(_ROOT / 'setup.cfg', encoding='utf-8')
    home = config['metadata']['url']
    version = _version(sums)
    platforms = ''.join(
        _platform(selector, bin_name, f'{home}/releases/download/v{version}/{name}', sums[name])
        for selector, bin_name, name in _artefacts(version)
    )
    return (
        'apiVersion: krew.googlecontainertools.github.com/v1alpha2\n'
        'kind: Plugin\n'
        f'metadata:\n  name: {NAME}\n'
        f'spec:\n  version: v{version}\n'
        f'  homepage: {home}\n'
        f'  shortDescription: {config["metadata"]["description"]}\n'
        f'  description: |\n{_indented(_DESCRIPTION)}'
        f'  caveats: |\n{_indented(_CAVEATS)}'
        f'  platforms:\n{platforms}'
    )


def _version(sums):
    wheel = next((name for name in sums if name.endswith('.whl')), None)
    if wheel is None:
        raise SystemExit('krew: SHA256SUMS has no wheel to tell the version: build anew')
    return wheel.split('-')[1]


def _artefacts(version):
    """(selector, bin, archive) for each platform."""
    unix = '      matchExpressions:\n      - {key: os, operator: In, values: [darwin, linux]}\n'
    yield unix, 'kubectl-dog', f'kubectl-dog-{version}-unix.tar.gz'
    for arch in ('amd64', 'arm64', '386'):
        windows = f'      matchLabels:\n        os: windows\n        arch: "{arch}"\n'
        yield windows, 'kubectl-dog.exe', f'kubectl-dog-{version}-windows-{arch}.zip'


def _platform(selector, bin_name, uri, digest):
    return (
        f'  - selector:\n{selector}'
        f'    uri: {uri}\n'
        f'    sha256: "{digest}"\n'
        '    files:\n    - {from: "*", to: "."}\n'
        f'    bin: {bin_name}\n'
    )


def _indented(text):
    return ''.join(f'    {line}\n' if line else '\n' for line in text.splitlines())


def main(argv):
    if len(argv) != 1:
        print('usage: python krew/manifest.py FOLDER', file=sys.stderr)
        return 2
    folder = Path(argv[0])
    text = manifest(folder).encode('utf-8')
    (folder / f'{NAME}.yaml').write_bytes(text)
    _add(folder / 'SHA256SUMS', f'{sha256(text).hexdigest()}  {NAME}.yaml')
    return 0


def _add(sums, line):
    name = line.split()[1]
    others = [old_line for old_line in sums.read_text().splitlines() if old_line.split()[1] != name]
    lines = sorted([*others, line], key=lambda old_line: old_line.split()[1])
    sums.write_bytes(('\n'.join(lines) + '\n').encode())


if __name__ == '__main__':
    raise SystemExit(main(sys.argv[1:]))
