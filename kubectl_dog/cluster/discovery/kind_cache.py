"""What discovery found, on disk for the next start. It saves time: no failure of it matters."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from kubectl_dog import platform_compat
from kubectl_dog.cluster.discovery.matching import Kind
from kubectl_dog.cluster.discovery.matching import kind
from kubectl_dog.model import json_decoding
from kubectl_dog.model.resources import Resource

TTL = 600.0
_FORMAT = 2
_LARGEST = 8 << 20
# Of a row: the fields of a resource, the singular, short names, categories.
_TEXTS = ('group', 'version', 'plural', 'kind', 'singular')
_LISTS = ('shorts', 'categories')


class Cache:
    """The kinds of one server as one user sees them; reads and writes in silence.

    Where the user has no name, nothing is remembered: the next one may be somebody else.
    """

    def __init__(
        self,
        server: str,
        user: str,
        env: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._is_off = not user
        self._head = {'format': _FORMAT, 'server': server, 'user': user}
        self._clock = clock
        self._folder = _folder(env)
        self.path = os.path.join(self._folder, f'{_digest(server, user)}.json')

    def read(self) -> tuple[Kind, ...]:
        """Kinds that were written less than `TTL` seconds ago; none where there is any doubt."""
        try:
            if self._is_off or not _trusted(os.lstat(self._folder), stat.S_ISDIR):
                return ()
            return self._decode(json_decoding.decode(_content(self.path)))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return ()

    def write(self, kinds: Sequence[Kind]) -> None:
        """Replace the file as a whole: another program sees the old one or the new one."""
        if self._is_off:
            return
        with contextlib.suppress(OSError):
            _make(self._folder)
            if _trusted(os.lstat(self._folder), stat.S_ISDIR):
                _replace(self.path, json.dumps(self._encode(kinds), separators=(',', ':')))

    def forget(self) -> None:
        """Remove the file."""
        with contextlib.suppress(OSError):
            os.unlink(self.path)

    def _encode(self, kinds: Sequence[Kind]) -> dict[str, Any]:
        return {**self._head, 'at': self._clock(), 'kinds': [_row(each) for each in kinds]}

    def _decode(self, data: dict[str, Any]) -> tuple[Kind, ...]:
        same = all(data[name] == value for name, value in self._head.items())
        # An age below zero: the clock was set back, and nobody knows how old it is.
        if not same or not 0 <= self._clock() - data['at'] < TTL:
            return ()
        return tuple(_kind(row) for row in data['kinds'])


def _folder(env: Mapping[str, str]) -> str:
    base = env.get('KUBECACHEDIR') or os.path.join(
        platform_compat.home_directory(env), '.kube', 'cache'
    )
    return os.path.join(base, 'kubectl-dog')


def _digest(server: str, user: str) -> str:
    import hashlib

    return hashlib.sha256(f'{server}\0{user}'.encode('utf-8', 'replace')).hexdigest()[:32]


def _trusted(found: os.stat_result, right: Callable[[int], bool]) -> bool:
    return right(found.st_mode) and platform_compat.is_own_file(found)


def _content(path: str) -> bytes:
    # Somebody may have put a pipe or a link there.
    file = os.open(path, os.O_RDONLY | platform_compat.SAFE_OPEN)
    with open(file, 'rb') as opened:
        found = os.fstat(file)
        if not _trusted(found, stat.S_ISREG) or found.st_size > _LARGEST:
            return b'null'
        return opened.read()


def _make(folder: str) -> None:
    """Make the folder private, and what is missing above it as kubectl makes it."""
    missing = []
    above = os.path.dirname(folder)
    while above and not os.path.isdir(above):
        missing.append(above)
        above = os.path.dirname(above)
    for each in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(each, 0o750)
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)


def _replace(path: str, text: str) -> None:
    beside = f'{path}.{os.getpid()}'
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | platform_compat.SAFE_OPEN
    file = os.open(beside, flags, 0o600)
    try:
        with open(file, 'w', encoding='utf-8') as opened:
            opened.write(text)
        os.replace(beside, path)
    except OSError:
        os.unlink(beside)
        raise


def _row(each: Kind) -> dict[str, Any]:
    resource = each.resource
    return {
        'group': resource.group,
        'version': resource.version,
        'plural': resource.plural,
        'kind': resource.kind,
        'namespaced': resource.namespaced,
        'singular': each.singular,
        'shorts': each.shorts,
        'categories': each.categories,
        'listed': each.listed,
    }


def _kind(row: dict[str, Any]) -> Kind:
    texts = [row[name] for name in _TEXTS] + [text for name in _LISTS for text in row[name]]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError('not text')
    resource = Resource(
        row['group'], row['version'], row['plural'], row['kind'], '', row['namespaced'] is True
    )
    listed = row['listed'] is True
    return kind(resource, row['singular'], row['shorts'], row['categories'], listed)
