"""A lock between processes."""

from __future__ import annotations

import contextlib
import fcntl

from .say import say


@contextlib.contextmanager
def locked(path):
    """Hold an exclusive lock on the file; waits for another holder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'a', encoding='ascii') as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say('waiting for another process that holds %s', path)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
