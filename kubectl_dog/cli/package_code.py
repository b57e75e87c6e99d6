"""Limits for the code of packages: its time, and what it may do to the process.

Packages are trusted. But a run that has not reached its verdict must not exit as if it had.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from kubectl_dog import platform_compat
from kubectl_dog.output.escape import sentence

_INTERNAL_ERROR = 70
# The function itself, as `guard` replaces it.
_exit = os._exit


class KeyboardInterruptError(Exception):
    """A KeyboardInterrupt that a package has raised, without a signal."""


@contextmanager
def limited(seconds: float = platform_compat.LIMIT) -> Iterator[None]:
    """Limit a block of code of a package.

    It raises TooLongError after some seconds, and ends the process if the code goes on. It
    raises KeyboardInterruptError for a KeyboardInterrupt that no signal has caused.
    """
    guard()
    try:
        with platform_compat.time_limit(seconds, ignored=_end_process):
            yield
    except platform_compat.SignalReceivedError:
        raise
    except KeyboardInterrupt as stop:
        raise KeyboardInterruptError().with_traceback(stop.__traceback__) from None


def guard() -> None:
    """Let a package not end the process by `os._exit` before the verdict.

    Nothing can be done about code that replaces the process, or calls `exit` of C.
    """
    if os._exit is _exit:
        process = os.getpid()

        def exit_with_error(status: int) -> NoReturn:
            if os.getpid() == process:
                _fail(f'a package has called os._exit({status!r}) before the verdict')
            # A child process, such as one of `multiprocessing`.
            _exit(status)

        setattr(os, '_exit', exit_with_error)  # noqa: B010


def _end_process(frame: FrameType | None) -> NoReturn:
    """End the process although code of a package goes on; it runs in this frame."""
    place = f'{os.path.basename(frame.f_code.co_filename)}, line {frame.f_lineno}' if frame else ''
    _fail(f'code of a package does not end, and ignores the time limit: {place}')


def _fail(text: str) -> NoReturn:
    """End the process with an error; streams are not used, as a lock of theirs may be held."""
    try:
        os.write(2, f'error: {sentence(text)}\n'.encode(sys.getfilesystemencoding(), 'replace'))
    finally:
        _exit(_INTERNAL_ERROR)
