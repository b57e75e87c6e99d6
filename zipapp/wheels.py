"""The packages that go into the single file: fetched by hash, opened, and only what is pure."""

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
# They work without their compiled half: yaml.cyaml then cannot be imported, and is not missed.
_PURE_WITHOUT = {'pyyaml'}
_COMPILED = ('.so', '.pyd', '.dylib')
_KEPT = ('METADATA', 'entry_points.txt')
_LICENCES = ('LICENSE', 'LICENCE', 'COPYING', 'NOTICE', 'AUTHORS')


class Package(NamedTuple):
    """One wheel: `members` are its files, `licences` those of them that say its terms."""

    name: str
    version: str
    licence: str
    folder: str
    entry_points: str | None
    digest: str
    members: tuple[Member, ...]
    licences: tuple[Member, ...]


def pip(*words):
    """Run pip; raises BuildError with its last words."""
    command = [sys.executable, '-m', 'pip', '--disable-pip-version-check', '--no-input', *words]
    done = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise BuildError(f'pip {words[0]} failed: {done.stdout.strip()[-1500:]}')


def locked(lock, folder, version):
    """The packages of a lock file, which are the same whatever machine this runs on."""
    words = ['--no-deps', '--require-hashes', '--only-binary=:all:', '--implementation=cp']
    words += [f'--python-version={version}', '--platform=manylinux2014_x86_64', '--platform=any']
    pip('download', '-q', *words, '-d', str(folder), '-r', str(HERE / lock))
    return [opened(path) for path in sorted(folder.glob('*.whl'))]


def prepared(requirements, folder):
    """The requirements, with a wheel for each that is a folder; raises BuildError, which names
    everything about them that forbids to bundle them.

    A folder is built from a copy: setuptools leaves `build` where it builds, and takes from there.
    """
    ready, faults = [], []
    for at, requirement in enumerate(requirements):
        place, out = Path(requirement), folder / str(at)
        source = _copied(place, out / 'source') if place.is_dir() else requirement
        pip('wheel', '-q', '--no-deps', '-w', str(out), str(source))
        [wheel] = out.glob('*.whl')
        ready.append(str(wheel if place.is_dir() else requirement))
        try:
            opened(wheel)
        except BuildError as error:
            faults.append(str(error))
    if faults:
        raise BuildError('\nbuild: '.join(faults))
    return ready


def _copied(place, to):
    without = shutil.ignore_patterns('build', '__pycache__', '*.egg-info')
    # Its own name: the backend of a package may go by it.
    return shutil.copytree(place, to / place.resolve().name, symlinks=True, ignore=without)


def asked(requirements, ours, folder, bundled):
    """The packages of `prepared` requirements, with what they need beyond what is bundled."""
    if not requirements:
        return []
    folder.mkdir()
    pins = folder / 'pins.txt'
    pins.write_text(''.join(f'{package.name}=={package.version}\n' for package in bundled))
    links = f'--find-links={ours.parent.resolve()}'
    pip('wheel', '-q', links, '-c', str(pins), '-w', str(folder), *requirements)
    known = {package.name for package in bundled}
    names = {path: _named(path) for path in sorted(folder.glob('*.whl'))}
    return [opened(path) for path, name in names.items() if name not in known]


def tool(folder, name):
    """A package that pip has installed: its terms matter where a part of it is shipped."""
    place = next(folder.glob(f'{name}-*.dist-info'))
    about = Parser().parsestr((place / 'METADATA').read_text(encoding='utf-8'))
    files = [path for path in sorted(place.rglob('*')) if path.is_file()]
    texts = [Member(f'{place.name}/{path.name}', path.read_bytes()) for path in files]
    licences = tuple(one for one in texts if _is_licence(one.name, place.name))
    return Package(
        name, about['Version'], _licence(about), place.name, None, _pinned(name), (), licences
    )


def _pinned(name):
    lines = (HERE / 'requirements-build.txt').read_text(encoding='utf-8').splitlines()
    return next(line.rpartition(':')[2] for line in lines if line.startswith(f'{name}=='))


def _named(path):
    return path.name.split('-')[0].lower().replace('_', '-').replace('.', '-')


def opened(path):
    """A wheel's content; raises BuildError when it needs compiled code, or lacks its terms."""
    with zipfile.ZipFile(path) as wheel:
        names = [name for name in wheel.namelist() if not name.endswith('/')]
        folder = next(name.split('/')[0] for name in names if name.endswith('.dist-info/METADATA'))
        about = Parser().parsestr(wheel.read(f'{folder}/METADATA').decode('utf-8'))
        name = about['Name'].lower().replace('_', '-').replace('.', '-')
        compiled = [one for one in names if one.endswith(_COMPILED)]
        if compiled and name not in _PURE_WITHOUT:
            raise BuildError(f'{name} has compiled code, {compiled[0]}: it cannot be bundled')
        kept = [one for one in names if one not in compiled and _is_kept(one, folder)]
        members = tuple(Member(one, wheel.read(one)) for one in kept)
        points = next(
            (one.data.decode() for one in members if one.name == f'{folder}/entry_points.txt'), None
        )
    licences = tuple(one for one in members if _is_licence(one.name, folder))
    lacks = [] if licences else ['brings no licence file (LICENSE, beside its pyproject.toml)']
    if not _licence(about):
        lacks.append('does not say its licence (license = "…" in its pyproject.toml)')
    if lacks:
        raise BuildError(f'{name} {" and ".join(lacks)}: it cannot be bundled')
    digest = sha256(path.read_bytes()).hexdigest()
    return Package(
        name, about['Version'], _licence(about), folder, points, digest, members, licences
    )


def _is_kept(name, folder):
    if name.startswith('/') or '..' in name.split('/') or '.data/' in name:
        raise BuildError(f'{name} is not a place inside the single file')
    parts = name.split('/')
    return parts[0] != folder or parts[-1] in _KEPT or _is_licence(name, folder)


def _is_licence(name, folder):
    return name.startswith(f'{folder}/') and name.split('/')[-1].upper().startswith(_LICENCES)


def _licence(about):
    return about['License-Expression'] or about['License']
