"""Run the program as a process that exits even if signals arrive or a reader blocks."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from collections.abc import Collection
from typing import NoReturn

from kubectl_dog import platform_compat
from kubectl_dog.cli import standard_streams

# The function itself: what packages call is replaced, see package_code.
_exit = os._exit
_SIGNALS = platform_compat.signals()
_CODES = tuple(map(platform_compat.exit_code_of, _SIGNALS))
# Seconds between two interruptions of blocking calls.
_INTERRUPTION_PERIOD = 0.5


def run(program: Callable[[], int], handled: Collection[int] = ()) -> int:
    """Run a program that owns the process; returns its exit code, or exits with it.

    `handled` are signals with a handler of the caller, which is replaced.

    At exit, Python flushes the streams and waits for their readers. It must not wait if a reader
    is stuck, or after a signal.
    """
    _install_handlers(handled)
    try:
        code = program()
        if code in _CODES or standard_streams.is_stuck():
            _exit(code)
        _flush_streams()
    except KeyboardInterrupt as stop:
        _exit(platform_compat.ended_by(stop))
    except (OSError, ValueError):
        # Python reports the error at exit.
        pass
    finally:
        _stop_interruptions()
    return code


def end(code: int) -> NoReturn:
    """End the process with the code of `run`, without freeing all objects: a tenth of a run."""
    try:
        _flush_streams()
    except KeyboardInterrupt as stop:
        code = platform_compat.ended_by(stop)
    except (OSError, ValueError):
        # Python reports the error at exit.
        sys.exit(code)
    _exit(code)


def _flush_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        # The stream is None if its descriptor was closed.
        if stream is not None:
            stream.flush()


def _install_handlers(handled: Collection[int]) -> None:
    """Let the first signal raise KeyboardInterrupt, and the next one exit at once.

    Signals that the parent process has set to be ignored stay ignored.
    """
    for number in _SIGNALS:
        handler = signal.getsignal(number)
        if number in handled or handler in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _raise_interrupt)
    sys.unraisablehook = _exit_if_interrupted
    _interrupt_blocking_calls()


def _interrupt_blocking_calls() -> None:
    """Interrupt blocking calls of the main thread periodically, where the system has a timer.

    Python runs the handler of a signal when a call returns. A signal that arrives just before a
    call blocks, or in another thread, does not make the call return.
    """
    if hasattr(signal, 'setitimer') and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL:
        signal.signal(signal.SIGALRM, _return_from_call)
        signal.setitimer(signal.ITIMER_REAL, _INTERRUPTION_PERIOD, _INTERRUPTION_PERIOD)


def _stop_interruptions() -> None:
    """Stop the timer: Python removes the handler at exit, and then the signal ends the process."""
    if hasattr(signal, 'setitimer') and signal.getsignal(signal.SIGALRM) is _return_from_call:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def _return_from_call(number: int, frame: object) -> None:
    """Do nothing: a signal with a handler makes a blocking call return to Python."""


def _raise_interrupt(number: int, frame: object) -> NoReturn:
    for other in _SIGNALS:
        if signal.getsignal(other) is _raise_interrupt:
            signal.signal(other, _exit_at_once)
    raise platform_compat.SignalReceivedError(number)


def _exit_if_interrupted(ignored: sys.UnraisableHookArgs) -> None:
    """Exit if Python ignores the exception of a signal, as it does in a finalizer."""
    if isinstance(ignored.exc_value, platform_compat.SignalReceivedError):
        _exit(platform_compat.ended_by(ignored.exc_value))
    sys.__unraisablehook__(ignored)


def _exit_at_once(number: int, frame: object) -> NoReturn:
    _exit(platform_compat.exit_code_of(number))
