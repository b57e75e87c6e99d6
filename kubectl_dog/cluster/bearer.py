"""The bearer token, which may stand in a file that is replaced from time to time."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from kubectl_dog.model.errors import AccessError

_FRESH = 60.0


class Token:
    """A token as given, or the trimmed content of a file (which wins), read again each minute."""

    def __init__(self, value: str, file: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._value = _read(file) if file else value
        self._file = file
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = clock()

    def value(self) -> str:
        """The token to send now, empty where there is none."""
        if not self._file:
            return self._value
        with self._lock:
            if self._clock() - self._read_at >= _FRESH:
                self._read_at = self._clock()
                # The server judges the old one; the file may be back in a minute.
                with contextlib.suppress(AccessError):
                    self._value = _read(self._file)
            return self._value


def _read(file: str) -> str:
    try:
        with open(file, encoding='utf-8') as opened:
            value = opened.read().strip()
    except (OSError, ValueError) as error:
        said = getattr(error, 'strerror', None) or 'it is not text'
        raise AccessError(f'cannot read the token file {file}: {said.lower()}') from None
    if not value:
        raise AccessError(f'the token file {file} is empty: sign in again')
    return value
