"""Run the program as a process that signals and stuck readers cannot keep from exiting."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from kubectl_dog import platform_compat
from kubectl_dog.cli import standard_streams

_SIGNALS = platform_compat.signals()
_CODES = (platform_compat.INTERRUPTED, platform_compat.TERMINATED)


def run(program: Callable[[], int]) -> int:
    """Run a program that owns the process; returns its exit code, or exits with it.

    At exit, Python flushes the streams and waits for their readers. It must not wait if a reader
    is stuck, or after a signal.
    """
    _install_handlers()
    try:
        code = _exit_code(program)
        if code in _CODES or standard_streams.is_stuck():
            os._exit(code)
        for stream in (sys.stdout, sys.stderr):
            # The stream is None if its descriptor was closed.
            if stream is not None:
                stream.flush()
    except KeyboardInterrupt as stop:
        os._exit(platform_compat.ended_by(stop))
    except (OSError, ValueError):
        # Python reports the error at exit.
        pass
    return code


def _exit_code(program: Callable[[], int]) -> int:
    try:
        return program()
    except SystemExit as stop:
        if isinstance(stop.code, int):
            return stop.code
        raise


def _install_handlers() -> None:
    """Let the first signal raise KeyboardInterrupt, and the next one exit at once.

    Signals that the parent process has set to be ignored stay ignored.
    """
    for number in _SIGNALS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _raise_interrupt)


def _raise_interrupt(number: int, frame: object) -> NoReturn:
    for other in _SIGNALS:
        if signal.getsignal(other) is _raise_interrupt:
            signal.signal(other, _exit_at_once)
    raise KeyboardInterrupt if number == signal.SIGINT else platform_compat.TerminatedError


def _exit_at_once(number: int, frame: object) -> NoReturn:
    os._exit(platform_compat.INTERRUPTED if number == signal.SIGINT else platform_compat.TERMINATED)
