#!/usr/bin/env python3
"""Build the release artefacts reproducibly; see README.md.

python zipapp/build.py --out dist [--with PACKAGE]...
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

import project
import pythons
import sbom
import wheels
from archive import Member
from archive import tarred
from archive import zipped
from errors import BuildError
from wheels import HERE

_RUNTIME = HERE / 'runtime'
# The launchers that pip uses for scripts, by the platform names of krew.
LAUNCHERS = {'amd64': 't64.exe', 'arm64': 't64-arm.exe', '386': 't32.exe'}
_SHEBANG = b'#!/usr/bin/env python -S\r\n'


def main(argv=None):
    parser = argparse.ArgumentParser(description='Builds the release artefacts.')
    parser.add_argument('--out', type=Path, required=True, help='folder to write them to')
    parser.add_argument(
        '--with',
        dest='plugins',
        action='append',
        default=[],
        metavar='PACKAGE',
        help='bake in one more package, as pip knows it: a folder, a wheel, name==version',
    )
    parser.add_argument(
        '--python',
        action='append',
        default=[],
        metavar='PATH',
        help='an interpreter to compile for; default: those of 3.9 to 3.13 that are here',
    )
    args = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory() as work:
            for line in build(args.out, args.plugins, pythons.choose(args.python), Path(work)):
                print(line)
    except BuildError as error:
        print(f'build: {error}', file=sys.stderr)
        return 1
    return 0


def build(out, plugins, interpreters, work):
    """Write all artefacts to `out`, or none; returns the lines of SHA256SUMS."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BuildError(f'{out} is not empty: remove it, or choose another folder')
    staging = work / 'staging'
    staging.mkdir()
    lines = _write_artefacts(
        staging, wheels.as_wheels(plugins, work / 'plugins'), interpreters, work
    )
    shutil.copytree(staging, out, dirs_exist_ok=True)
    return lines


def _write_artefacts(out, plugins, interpreters, work):
    tools = project.tools(work / 'tools')
    _, wheel = project.build(tools, work, out)
    ours = wheels.read_wheel(wheel)
    packages = wheels.download_locked('requirements.txt', work / 'new', '3.13')
    packages += wheels.with_dependencies(plugins, wheel, work / 'asked', [ours, *packages])
    launcher = wheels.installed_tool(tools, 'distlib')
    members = _members([ours, *packages], interpreters, work)
    builders = [('CPython', python.version) for python in interpreters]
    name = f'kubectl-dog-{ours.version}'
    bill = sbom.document(ours, [*packages, launcher], builders)
    extra_members = [
        Member('LICENSE', ours.licences[0].data),
        Member('THIRD-PARTY-LICENSES.txt', _license_texts([*packages, launcher])),
        Member(f'{name}.cdx.json', bill),
    ]
    file = zipped(members, (_RUNTIME / 'header.sh').read_bytes())
    (out / f'{name}.cdx.json').write_bytes(bill)
    (out / 'THIRD-PARTY-LICENSES.txt').write_bytes(extra_members[1].data)
    (out / 'kubectl-dog').write_bytes(file)
    (out / 'kubectl-dog').chmod(0o755)
    (out / f'{name}-unix.tar.gz').write_bytes(
        tarred([Member('kubectl-dog', file, True), *extra_members])
    )
    for arch, launcher_name in LAUNCHERS.items():
        head = (tools / 'distlib' / launcher_name).read_bytes()
        windows = Member('kubectl-dog.exe', head + _SHEBANG + zipped(members), True)
        (out / f'{name}-windows-{arch}.zip').write_bytes(zipped([windows, *extra_members]))
    return write_sums(out)


def _members(packages, interpreters, work):
    """The content of the single file: sources, data, metadata, and byte code per interpreter."""
    stage, compiled = work / 'stage', work / 'compiled'
    compiled.mkdir()
    members = [member for package in packages for member in package.members]
    for member in members:
        path = stage / member.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(member.data)
    rows = [(p.name, p.version, p.folder, p.entry_points) for p in packages]
    for python in interpreters:
        _compile(python, stage, rows, compiled)
    members.append(Member('__main__.py', (_RUNTIME / '__main__.py').read_bytes()))
    for file in sorted(compiled.iterdir()):
        members.append(Member(f'bytecode/{file.name}', file.read_bytes(), stored=True))
    return members


def _compile(python, stage, distributions, out):
    plan = stage.parent / 'plan.json'
    plan_data = {
        'folder': str(stage),
        'importer': str(_RUNTIME / 'bundle.py'),
        'distributions': distributions,
    }
    plan.write_text(json.dumps(plan_data), encoding='utf-8')
    command = [python.path, '-S', '-B', str(HERE / 'bytecode.py'), str(plan), str(out)]
    env = {name: text for name, text in os.environ.items() if not name.startswith('PYTHON')}
    # marshal writes sets of constants in the order of their hashes.
    subprocess.run(command, check=True, env={**env, 'PYTHONHASHSEED': '0'})


def _license_texts(packages):
    """The licence texts of all bundled packages."""
    parts = []
    for package in packages:
        for licence in package.licences:
            title = f'{package.name} {package.version}: {licence.name.split("/")[-1]}'
            parts.append(f'{title}\n{"=" * len(title)}\n\n{licence.data.decode("utf-8").strip()}\n')
    return '\n\n'.join(parts).encode('utf-8')


def write_sums(out):
    """Write SHA256SUMS for `sha256sum -c`; returns its lines."""
    files = sorted(path for path in out.iterdir() if path.name != 'SHA256SUMS')
    lines = [f'{sha256(path.read_bytes()).hexdigest()}  {path.name}' for path in files]
    (out / 'SHA256SUMS').write_bytes(('\n'.join(lines) + '\n').encode())
    return lines


if __name__ == '__main__':
    raise SystemExit(main())
