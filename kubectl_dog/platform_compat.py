"""What differs between Linux, macOS and Windows; each can be asked for by its `platform`."""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from threading import current_thread
from threading import main_thread
from typing import IO
from typing import Any

_WINDOWS = 'win32'

# Seconds that the code of others may take where nothing else can go on.
LIMIT = 10.0
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
# Not through links, never waiting for a pipe, and not passed on; Windows has none of them.
SAFE_OPEN = (
    getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_NONBLOCK', 0) | getattr(os, 'O_CLOEXEC', 0)
)


def max_wait(platform: str = sys.platform) -> float:
    """Seconds after which a wait has to end: on Windows, Ctrl-C does not interrupt it."""
    return 0.2 if platform == _WINDOWS else 3600.0


def signals(known: Any = signal) -> dict[signal.Signals, str]:
    """The signals that end a run in order, and what each is called; Ctrl-Break on Windows."""
    names = {'SIGINT': 'interrupt', 'SIGTERM': 'terminate', 'SIGBREAK': 'terminate'}
    return {getattr(known, name): word for name, word in names.items() if hasattr(known, name)}


class TerminatedError(KeyboardInterrupt):
    """A signal other than Ctrl-C asks the program to end; what lets that pass lets this pass."""


# What the program exits with.
INTERRUPTED = 130
TERMINATED = 143


def ended_by(signal_: KeyboardInterrupt) -> int:
    """The exit code after a signal."""
    return TERMINATED if isinstance(signal_, TerminatedError) else INTERRUPTED


class TooLongError(Exception):
    """What was limited has not come to its end; the message says so."""


@contextmanager
def time_limit(seconds: float = LIMIT, known: Any = signal) -> Iterator[None]:
    """A block that must not hang: later, TooLongError is raised in it, and again each second.

    Without effect on Windows, and in threads: signals reach the main thread alone.
    """
    if not hasattr(known, 'setitimer') or current_thread() is not main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise TooLongError(f'it was not done after {seconds:g}s')

    before = known.signal(known.SIGALRM, end)
    known.setitimer(known.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        known.setitimer(known.ITIMER_REAL, 0.0)
        known.signal(known.SIGALRM, before)


def is_closed(error: OSError, platform: str = sys.platform) -> bool:
    """Whether a write failed as nobody reads any more: Windows calls that an invalid argument."""
    if isinstance(error, BrokenPipeError):
        return True
    return platform == _WINDOWS and error.errno == errno.EINVAL


def home_directory(env: Mapping[str, str], platform: str = sys.platform) -> str:
    """The user's folder, where kubectl takes it to be."""
    if platform != _WINDOWS:
        return env.get('HOME') or os.path.expanduser('~')
    named, profile = env.get('HOME', ''), env.get('USERPROFILE', '')
    parts = env.get('HOMEDRIVE', ''), env.get('HOMEPATH', '')
    drive = ''.join(parts) if all(parts) else ''
    for folder in (named, drive, profile):
        if folder and os.path.exists(os.path.join(folder, '.kube', 'config')):
            return folder
    found = [folder for folder in (named, profile, drive) if folder]
    return next((one for one in found if os.path.isdir(one)), found[0] if found else '')


def is_own_file(found: os.stat_result, platform: str = sys.platform) -> bool:
    """Whether a file is ours, and nobody else's to write; on Windows, its folder decides that."""
    if platform == _WINDOWS:
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & _OTHERS_WRITE


def is_terminal(stream: IO[str] | None, platform: str = sys.platform) -> bool:
    """Whether a stream is a terminal that obeys escape sequences; on Windows it is told to."""
    try:
        if stream is None or not stream.isatty():
            return False
    except ValueError:
        # It was closed.
        return False
    return platform != _WINDOWS or _obeys(stream)


def _obeys(stream: IO[str]) -> bool:
    """Have a Windows console understand escape sequences; those before Windows 10 do not."""
    import ctypes
    import msvcrt

    kernel: Any = getattr(ctypes, 'windll').kernel32  # noqa: B009
    mode = ctypes.c_uint32()
    handle = getattr(msvcrt, 'get_osfhandle')(stream.fileno())  # noqa: B009
    if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    return bool(mode.value & 4 or kernel.SetConsoleMode(handle, mode.value | 4))


def reopen_closed_streams() -> None:
    """Put nowhere in place of standard streams that are closed: what is opened next, a connection,
    would have their numbers, and be written to by every program that is started.
    """
    for name, mode in (('stdin', 'r'), ('stdout', 'w'), ('stderr', 'w')):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding='utf-8'))  # noqa: SIM115


def detach() -> bool:
    """For completion: nothing is asked of the terminal, and nothing said on it.

    Whether `leave` can end the programs that are started from now on.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 2):
        os.dup2(nowhere, number)
    try:
        if os.getpgrp() == os.getpid():
            # The group has others in it: `kubectl-dog __complete … | less`.
            return False
        # A session of its own has no terminal: a sign-in cannot open that by name, either.
        os.setsid()
    except (OSError, AttributeError):
        return False
    return True


def exit_now(has_group: bool, end: Callable[[int], Any] = os._exit) -> None:
    """End now, with 0, and end what was started and has not: a sign-in that nobody waits for."""
    if has_group:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    end(0)
