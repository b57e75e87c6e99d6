"""Cache of discovered kinds on disk. It only saves time: its failures are ignored."""

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
_MAX_BYTES = 8 << 20
# The fields of a row: those of a resource, the singular, short names and categories.
_TEXT_FIELDS = ('group', 'version', 'plural', 'kind', 'singular')
_LIST_FIELDS = ('shorts', 'categories')


class Cache:
    """The cached kinds of one server for one user; ignores errors of reading and writing.

    Without a user name the cache is off: the next user may be somebody else.
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
        """Return kinds written less than `TTL` seconds ago; none if the file is not trustworthy."""
        try:
            if self._is_off or not _is_trusted(os.lstat(self._folder), stat.S_ISDIR):
                return ()
            return self._decode(json_decoding.decode(_read_safely(self.path)))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return ()

    def write(self, kinds: Sequence[Kind]) -> None:
        """Replace the file atomically: other processes see the old file or the new one."""
        if self._is_off:
            return
        with contextlib.suppress(OSError):
            _make_folder(self._folder)
            if _is_trusted(os.lstat(self._folder), stat.S_ISDIR):
                _replace(self.path, json.dumps(self._encode(kinds), separators=(',', ':')))

    def forget(self) -> None:
        """Remove the file."""
        with contextlib.suppress(OSError):
            os.unlink(self.path)

    def _encode(self, kinds: Sequence[Kind]) -> dict[str, Any]:
        rows = [_encode_kind(entry) for entry in kinds]
        return {**self._head, 'at': self._clock(), 'kinds': rows}

    def _decode(self, data: dict[str, Any]) -> tuple[Kind, ...]:
        same = all(data[name] == value for name, value in self._head.items())
        # A negative age means that the clock was set back: the age is unknown.
        if not same or not 0 <= self._clock() - data['at'] < TTL:
            return ()
        return tuple(_decode_kind(row) for row in data['kinds'])


def _folder(env: Mapping[str, str]) -> str:
    base = env.get('KUBECACHEDIR') or os.path.join(
        platform_compat.home_directory(env), '.kube', 'cache'
    )
    return os.path.join(base, 'kubectl-dog')


def _digest(server: str, user: str) -> str:
    import hashlib

    return hashlib.sha256(f'{server}\0{user}'.encode('utf-8', 'replace')).hexdigest()[:32]


def _is_trusted(info: os.stat_result, is_type: Callable[[int], bool]) -> bool:
    return is_type(info.st_mode) and platform_compat.is_own_file(info)


def _read_safely(path: str) -> bytes:
    # Another user may have put a pipe or a link there.
    file = os.open(path, os.O_RDONLY | platform_compat.SAFE_OPEN)
    with open(file, 'rb') as stream:
        info = os.fstat(file)
        if not _is_trusted(info, stat.S_ISREG) or info.st_size > _MAX_BYTES:
            return b'null'
        return stream.read()


def _make_folder(folder: str) -> None:
    """Create the folder with private mode, and missing parents with the mode of kubectl."""
    missing = []
    parent = os.path.dirname(folder)
    while parent and not os.path.isdir(parent):
        missing.append(parent)
        parent = os.path.dirname(parent)
    for path in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o750)
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)


def _replace(path: str, text: str) -> None:
    temporary = f'{path}.{os.getpid()}'
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | platform_compat.SAFE_OPEN
    file = os.open(temporary, flags, 0o600)
    try:
        with open(file, 'w', encoding='utf-8') as stream:
            stream.write(text)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def _encode_kind(entry: Kind) -> dict[str, Any]:
    resource = entry.resource
    return {
        'group': resource.group,
        'version': resource.version,
        'plural': resource.plural,
        'kind': resource.kind,
        'namespaced': resource.namespaced,
        'singular': entry.singular,
        'shorts': entry.shorts,
        'categories': entry.categories,
        'listed': entry.listed,
    }


def _decode_kind(row: dict[str, Any]) -> Kind:
    texts = [row[name] for name in _TEXT_FIELDS]
    texts += [text for name in _LIST_FIELDS for text in row[name]]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError('not text')
    resource = Resource(
        row['group'], row['version'], row['plural'], row['kind'], '', row['namespaced'] is True
    )
    listed = row['listed'] is True
    return kind(resource, row['singular'], row['shorts'], row['categories'], listed)
