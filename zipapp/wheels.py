"""Download and read the wheels that go into the single file; only pure Python is allowed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from archive import Member
from errors import BuildError

HERE = Path(__file__).resolve().parent
# These packages work without their compiled modules.
_PURE_WITHOUT = {'pyyaml'}
_COMPILED = ('.so', '.pyd', '.dylib')
_KEPT = ('METADATA', 'entry_points.txt')
_LICENCES = ('LICENSE', 'LICENCE', 'COPYING', 'NOTICE', 'AUTHORS')


class Package(NamedTuple):
    """A wheel: `members` are its files, `licences` are its licence texts."""

    name: str
    version: str
    licence: str
    folder: str
    entry_points: str | None
    digest: str
    members: tuple[Member, ...]
    licences: tuple[Member, ...]


def pip(*words):
    """Run pip; raises BuildError with the end of its output."""
    command = [sys.executable, '-m', 'pip', '--disable-pip-version-check', '--no-input', *words]
    done = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise BuildError(f'pip {words[0]} failed: {done.stdout.strip()[-1500:]}')


def download_locked(lock, folder, version):
    """The packages of a lock file; they are the same on every machine."""
    words = ['--no-deps', '--require-hashes', '--only-binary=:all:', '--implementation=cp']
    words += [f'--python-version={version}', '--platform=manylinux2014_x86_64', '--platform=any']
    pip('download', '-q', *words, '-d', str(folder), '-r', str(HERE / lock))
    return [read_wheel(path) for path in sorted(folder.glob('*.whl'))]


def as_wheels(requirements, folder):
    """The requirements, with folders replaced by wheels.

    Raises BuildError with all reasons against bundling them. A folder is built from a copy, as
    setuptools leaves and reuses the folder `build`.
    """
    ready, faults = [], []
    for at, requirement in enumerate(requirements):
        place, out = Path(requirement), folder / str(at)
        source = _copy(place, out / 'source') if place.is_dir() else requirement
        pip('wheel', '-q', '--no-deps', '-w', str(out), str(source))
        [wheel] = out.glob('*.whl')
        ready.append(str(wheel if place.is_dir() else requirement))
        try:
            read_wheel(wheel)
        except BuildError as error:
            faults.append(str(error))
    if faults:
        raise BuildError('\nbuild: '.join(faults))
    return ready


def _copy(place, to):
    without = shutil.ignore_patterns('build', '__pycache__', '*.egg-info')
    # The name of the folder is kept, as the build of a package may use it.
    return shutil.copytree(place, to / place.resolve().name, symlinks=True, ignore=without)


def with_dependencies(requirements, ours, folder, bundled):
    """The packages of the requirements of as_wheels(), with their further dependencies."""
    if not requirements:
        return []
    folder.mkdir()
    pins = folder / 'pins.txt'
    pins.write_text(''.join(f'{package.name}=={package.version}\n' for package in bundled))
    links = f'--find-links={ours.parent.resolve()}'
    pip('wheel', '-q', links, '-c', str(pins), '-w', str(folder), *requirements)
    known = {package.name for package in bundled}
    names = {path: _package_name(path) for path in sorted(folder.glob('*.whl'))}
    return [read_wheel(path) for path, name in names.items() if name not in known]


def installed_tool(folder, name):
    """A package that pip has installed, with the licences for its shipped parts."""
    place = next(folder.glob(f'{name}-*.dist-info'))
    about = Parser().parsestr((place / 'METADATA').read_text(encoding='utf-8'))
    files = [path for path in sorted(place.rglob('*')) if path.is_file()]
    texts = [Member(f'{place.name}/{path.name}', path.read_bytes()) for path in files]
    licences = tuple(member for member in texts if _is_licence(member.name, place.name))
    return Package(
        name, about['Version'], _licence(about), place.name, None, _pinned(name), (), licences
    )


def _pinned(name):
    lines = (HERE / 'requirements-build.txt').read_text(encoding='utf-8').splitlines()
    return next(line.rpartition(':')[2] for line in lines if line.startswith(f'{name}=='))


def _package_name(path):
    return path.name.split('-')[0].lower().replace('_', '-').replace('.', '-')


def read_wheel(path):
    """Read a wheel; raises BuildError if it needs compiled code or lacks its licence."""
    with zipfile.ZipFile(path) as wheel:
        names = [name for name in wheel.namelist() if not name.endswith('/')]
        folder = next(name.split('/')[0] for name in names if name.endswith('.dist-info/METADATA'))
        about = Parser().parsestr(wheel.read(f'{folder}/METADATA').decode('utf-8'))
        name = about['Name'].lower().replace('_', '-').replace('.', '-')
        compiled = [name for name in names if name.endswith(_COMPILED)]
        if compiled and name not in _PURE_WITHOUT:
            raise BuildError(f'{name} cannot be bundled: it has compiled code ({compiled[0]})')
        kept = [name for name in names if name not in compiled and _is_kept(name, folder)]
        members = tuple(Member(name, wheel.read(name)) for name in kept)
        texts = {member.name: member.data for member in members}
        points = texts.get(f'{folder}/entry_points.txt', b'').decode() or None
    licences = tuple(member for member in members if _is_licence(member.name, folder))
    faults = [] if licences else ['add a licence file (LICENSE beside its pyproject.toml)']
    if not _licence(about):
        faults.append('declare its licence (license = "…" in its pyproject.toml)')
    if faults:
        raise BuildError(f'{name} cannot be bundled: {" and ".join(faults)}')
    digest = sha256(path.read_bytes()).hexdigest()
    return Package(
        name, about['Version'], _licence(about), folder, points, digest, members, licences
    )


def _is_kept(name, folder):
    if name.startswith('/') or '..' in name.split('/') or '.data/' in name:
        raise BuildError(
            f'a wheel has a file at {name!r}: its paths must be relative and inside its packages'
        )
    parts = name.split('/')
    return parts[0] != folder or parts[-1] in _KEPT or _is_licence(name, folder)


def _is_licence(name, folder):
    return name.startswith(f'{folder}/') and name.split('/')[-1].upper().startswith(_LICENCES)


def _licence(about):
    return about['License-Expression'] or about['License']
