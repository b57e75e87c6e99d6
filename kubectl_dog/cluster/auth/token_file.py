"""The bearer token in a file that is replaced from time to time."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.credentials import bearer_credentials
from kubectl_dog.model.errors import AccessError

_FRESH = 60.0


class TokenFile:
    """The trimmed content of a file, read again each minute, and when the server refuses it."""

    def __init__(self, file: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._credentials = _read(file)
        self._file = file
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = clock()

    def current(self) -> Credentials:
        """What to send now."""
        with self._lock:
            if self._clock() - self._read_at >= _FRESH:
                self._again()
            return self._credentials

    def renew(self, used: Credentials) -> bool:
        """The server refused these (401): whether the file holds others."""
        with self._lock:
            if self._credentials == used:
                self._again()
            return self._credentials != used

    def _again(self) -> None:
        self._read_at = self._clock()
        # The server judges the old one; the file may be back in a minute.
        with contextlib.suppress(AccessError):
            self._credentials = _read(self._file)


def _read(file: str) -> Credentials:
    try:
        with open(file, encoding='utf-8') as opened:
            value = opened.read().strip()
    except (OSError, ValueError) as error:
        said = getattr(error, 'strerror', None) or 'it is not text'
        raise AccessError(f'cannot read the token file {file}: {said.lower()}') from None
    if not value:
        raise AccessError(f'the token file {file} is empty: sign in again')
    return bearer_credentials(value, f'the token file {file}')
