"""Differences between Linux, macOS and Windows; `platform` arguments are for tests."""

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

# Seconds that a call to code of others may take while the program waits for it.
LIMIT = 10.0
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
# No links, no waiting for a pipe, no inheritance by children; Windows has none of these flags.
SAFE_OPEN = (
    getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_NONBLOCK', 0) | getattr(os, 'O_CLOEXEC', 0)
)


def max_wait(platform: str = sys.platform) -> float:
    """The longest wait, in seconds: on Windows, Ctrl-C does not interrupt a wait."""
    return 0.2 if platform == _WINDOWS else 3600.0


def signals(known: Any = signal) -> dict[signal.Signals, str]:
    """The signals that end a run in order, with their names for sources."""
    names = {'SIGINT': 'interrupt', 'SIGTERM': 'terminate', 'SIGBREAK': 'terminate'}
    return {getattr(known, name): text for name, text in names.items() if hasattr(known, name)}


class TerminatedError(KeyboardInterrupt):
    """A signal other than Ctrl-C has ended the program; handled wherever Ctrl-C is."""


# Exit codes.
INTERRUPTED = 130
TERMINATED = 143


def ended_by(signal_: KeyboardInterrupt) -> int:
    """The exit code after a signal."""
    return TERMINATED if isinstance(signal_, TerminatedError) else INTERRUPTED


class TooLongError(Exception):
    """A limited block took too long."""


@contextmanager
def time_limit(seconds: float = LIMIT, known: Any = signal) -> Iterator[None]:
    """Limit the time of a block: TooLongError is raised in it, and then again each second.

    It has no effect on Windows and in threads, as signals only reach the main thread.
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
    """Whether a write failed because the reader has closed the pipe: EINVAL on Windows."""
    if isinstance(error, BrokenPipeError):
        return True
    return platform == _WINDOWS and error.errno == errno.EINVAL


def home_directory(env: Mapping[str, str], platform: str = sys.platform) -> str:
    """The home directory of the user, by the rules of kubectl."""
    if platform != _WINDOWS:
        return env.get('HOME') or os.path.expanduser('~')
    named, profile = env.get('HOME', ''), env.get('USERPROFILE', '')
    parts = env.get('HOMEDRIVE', ''), env.get('HOMEPATH', '')
    drive = ''.join(parts) if all(parts) else ''
    for folder in (named, drive, profile):
        if folder and os.path.exists(os.path.join(folder, '.kube', 'config')):
            return folder
    folders = [folder for folder in (named, profile, drive) if folder]
    return next((folder for folder in folders if os.path.isdir(folder)), [*folders, ''][0])


def is_own_file(status: os.stat_result, platform: str = sys.platform) -> bool:
    """Whether a file is the user's, and only the user may write to it; always true on Windows."""
    if platform == _WINDOWS:
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE


def is_terminal(stream: IO[str] | None, platform: str = sys.platform) -> bool:
    """Whether a stream is a terminal with escape sequences; on Windows, they are enabled."""
    try:
        if stream is None or not stream.isatty():
            return False
    except ValueError:
        # The stream is closed.
        return False
    return platform != _WINDOWS or _enable_escape_sequences(stream)


def _enable_escape_sequences(stream: IO[str]) -> bool:
    """Enable escape sequences on a Windows console; returns False before Windows 10."""
    import ctypes
    import msvcrt

    kernel: Any = getattr(ctypes, 'windll').kernel32  # noqa: B009
    mode = ctypes.c_uint32()
    handle = getattr(msvcrt, 'get_osfhandle')(stream.fileno())  # noqa: B009
    if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    return bool(mode.value & 4 or kernel.SetConsoleMode(handle, mode.value | 4))


def reopen_closed_streams() -> None:
    """Open the null device for each closed standard stream.

    Otherwise a connection would get the descriptor, and child processes would write to it.
    """
    for name, mode in (('stdin', 'r'), ('stdout', 'w'), ('stderr', 'w')):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding='utf-8'))  # noqa: SIM115


def detach() -> bool:
    """Detach the process from the terminal, for completion: no prompts and no messages.

    Returns whether `exit_now` can end the programs that are started from now on.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 2):
        os.dup2(null, number)
    try:
        if os.getpgrp() == os.getpid():
            # The group contains other processes: `kubectl-dog __complete … | less`.
            return False
        # A new session has no terminal, so that a credential plug-in cannot open it by name.
        os.setsid()
    except (OSError, AttributeError):
        return False
    return True


def exit_now(has_group: bool, end: Callable[[int], Any] = os._exit) -> None:
    """Exit with 0 at once, and end child processes such as a credential plug-in that still runs."""
    if has_group:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    end(0)
