"""The program as a process: signals end it, and nobody who does not read keeps it from its end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from kubectl_dog import platform_compat
from kubectl_dog.cli import standard_streams

_NAMES = platform_compat.signals()
_CODES = (platform_compat.INTERRUPTED, platform_compat.TERMINATED)


def run(program: Callable[[], int]) -> int:
    """Run a program that has the process for itself; returns its exit code, or exits with it.

    Python writes at exit what streams still hold, and waits for who reads it: it must not where
    nobody does, or where a signal has come.
    """
    _heed_signals()
    try:
        code = _code(program)
        if code in _CODES or standard_streams.is_stuck():
            os._exit(code)
        for stream in (sys.stdout, sys.stderr):
            # Python has none where the descriptor was closed.
            if stream is not None:
                stream.flush()
    except KeyboardInterrupt as stop:
        os._exit(platform_compat.ended_by(stop))
    except (OSError, ValueError):
        # Python tells at exit.
        pass
    return code


def _code(program: Callable[[], int]) -> int:
    try:
        return program()
    except SystemExit as stop:
        if isinstance(stop.code, int):
            return stop.code
        raise


def _heed_signals() -> None:
    """Let the first signal raise, and the next one end the process at once.

    What whoever started us wants ignored stays ignored.
    """
    for number in _NAMES:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _stop)


def _stop(number: int, frame: object) -> NoReturn:
    for other in _NAMES:
        if signal.getsignal(other) is _stop:
            signal.signal(other, _leave)
    raise KeyboardInterrupt if number == signal.SIGINT else platform_compat.TerminatedError


def _leave(number: int, frame: object) -> NoReturn:
    os._exit(platform_compat.INTERRUPTED if number == signal.SIGINT else platform_compat.TERMINATED)
