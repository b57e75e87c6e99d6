"""Bearer token from a file that is replaced from time to time."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.credentials import bearer_credentials
from kubectl_dog.model import limits
from kubectl_dog.model.errors import AccessError

_MAX_AGE = 60.0


class TokenFile:
    """A provider of the token in a file, which it rereads after a minute and after a rejection."""

    def __init__(self, file: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._credentials = _read(file)
        self._file = file
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = clock()

    def current(self) -> Credentials:
        """Return the credentials to send now."""
        with self._lock:
            if self._clock() - self._read_at >= _MAX_AGE:
                self._reload()
            return self._credentials

    def renew(self, used: Credentials) -> bool:
        """Report whether the file contains another token than the one rejected with 401."""
        with self._lock:
            if self._credentials == used:
                self._reload()
            return self._credentials != used

    def close(self) -> None:
        """Do nothing."""

    def _reload(self) -> None:
        self._read_at = self._clock()
        # Keep the old token: it may still be valid, and the file may exist again in a minute.
        with contextlib.suppress(AccessError):
            self._credentials = _read(self._file)


def _read(file: str) -> Credentials:
    try:
        with open(file, encoding='utf-8') as opened:
            value = opened.read(limits.CREDENTIAL_BYTES + 1).strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, 'strerror', None) or 'it is not text'
        raise AccessError(f'cannot read the token file {file}: {reason.lower()}') from None
    if len(value) > limits.CREDENTIAL_BYTES:
        size = limits.describe(limits.CREDENTIAL_BYTES)
        raise AccessError(f'the token file {file} has more than {size}')
    if not value:
        raise AccessError(f'the token file {file} is empty: sign in again')
    return bearer_credentials(value, f'the token file {file}')
