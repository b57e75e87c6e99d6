"""Recordings in the cache directory, for runs whose output is brief.

The number, age and size of the files is limited. They are as confidential as other recordings:
only the user can read them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
from collections.abc import Mapping
from typing import TextIO

from kubectl_dog import platform_compat

# Each new recording removes older ones, so that at most this number exists.
MAX_FILES = 20
MAX_AGE = 7 * 86_400.0
MAX_BYTES = 32 * 1024 * 1024
_NAME = re.compile(r'\d{8}-\d{6}-\d+\.jsonl')


class LimitedFile:
    """A file for ASCII text of at most `limit` characters."""

    def __init__(self, file: TextIO, limit: int = MAX_BYTES) -> None:
        self._file = file
        self._left = limit

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._file.closed

    def write(self, text: str) -> int:
        """Write a text as a whole; raises OSError if it does not fit."""
        self._left -= len(text)
        if self._left < 0:
            raise OSError(errno.EFBIG, 'it has reached its maximum size')
        return self._file.write(text)

    def flush(self) -> None:
        """Flush the file."""
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def create(environment: Mapping[str, str] = os.environ) -> tuple[str, LimitedFile]:
    """Create a file, and remove old ones; returns its path and the open file. Raises OSError."""
    folder = _folder(environment)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if not platform_compat.is_own_file(os.stat(folder)):
        raise OSError(errno.EPERM, 'others can write to its directory')
    _remove_old(folder, MAX_FILES - 1, time.time() - MAX_AGE)
    name = f'{time.strftime("%Y%m%d-%H%M%S", time.gmtime())}-{os.getpid()}.jsonl'
    path = os.path.join(folder, name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | platform_compat.SAFE_OPEN
    descriptor = os.open(path, flags, 0o600)
    return path, LimitedFile(open(descriptor, 'w', encoding='ascii', newline='\n'))


def _folder(environment: Mapping[str, str]) -> str:
    """Return the directory, beside the cache of kubectl."""
    base = environment.get('KUBECACHEDIR') or os.path.join(
        platform_compat.home_directory(environment), '.kube', 'cache'
    )
    return os.path.join(os.path.abspath(base), 'kubectl-dog', 'recordings')


def _remove_old(folder: str, keep: int, oldest: float) -> None:
    """Remove all but the newest `keep` recordings, and those last written before `oldest`."""
    recordings = []
    for entry in os.scandir(folder):
        if _NAME.fullmatch(entry.name):
            with contextlib.suppress(OSError):
                info = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(info.st_mode):
                    recordings.append((info.st_mtime, entry.path))
    recordings.sort(reverse=True)
    for number, (written_at, path) in enumerate(recordings):
        if number >= keep or written_at < oldest:
            # On Windows, the recording of a run in progress cannot be removed.
            with contextlib.suppress(OSError):
                os.unlink(path)
