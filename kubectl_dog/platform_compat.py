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
from types import FrameType
from typing import IO
from typing import Any

_WINDOWS = 'win32'

# Seconds that a call to code of others may take while the program waits for it.
LIMIT = 10.0
# A call that exceeds its time limit is interrupted once a second, this many times.
_ATTEMPTS = 5
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
# No links, no waiting for a pipe, no inheritance by children; Windows has none of these flags.
SAFE_OPEN = (
    getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_NONBLOCK', 0) | getattr(os, 'O_CLOEXEC', 0)
)


def max_wait(platform: str = sys.platform) -> float:
    """Return the longest wait, in seconds: on Windows, Ctrl-C does not interrupt a wait."""
    return 0.2 if platform == _WINDOWS else 3600.0


def signals(known: Any = signal) -> dict[signal.Signals, str]:
    """Return the signals that end a run in order, with their names for sources."""
    names = {
        'SIGINT': 'interrupt',
        'SIGTERM': 'terminate',
        'SIGHUP': 'hangup',
        'SIGBREAK': 'terminate',
    }
    return {getattr(known, name): text for name, text in names.items() if hasattr(known, name)}


def shares_ctrl_c(known: Any = os, platform: str = sys.platform) -> bool:
    """Return whether Ctrl-C reaches our child processes as well.

    It goes to all processes of the group that the terminal has in the foreground, and on Windows
    to all processes of the console.
    """
    if platform == _WINDOWS:
        return True
    try:
        terminal = known.open('/dev/tty', known.O_RDONLY | known.O_NOCTTY)
    except OSError:
        return False
    try:
        return bool(known.tcgetpgrp(terminal) == known.getpgrp())
    except OSError:
        return False
    finally:
        known.close(terminal)


# Exit codes after signals; SIGBREAK is handled as SIGTERM is.
INTERRUPTED, TERMINATED, HUNG_UP = 130, 143, 129


def exit_code_of(number: int, known: Any = signal) -> int:
    """Return the exit code after a signal that ends the program."""
    if number == known.SIGINT:
        return INTERRUPTED
    return HUNG_UP if number == getattr(known, 'SIGHUP', None) else TERMINATED


class SignalReceivedError(KeyboardInterrupt):
    """A signal has ended the program; handled like Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = exit_code_of(number)


def ended_by(stop: KeyboardInterrupt) -> int:
    """Return the exit code after a signal."""
    return stop.exit_code if isinstance(stop, SignalReceivedError) else INTERRUPTED


class TooLongError(Exception):
    """A limited block took too long."""


@contextmanager
def time_limit(
    seconds: float = LIMIT,
    known: Any = signal,
    ignored: Callable[[FrameType | None], object] = lambda frame: None,
) -> Iterator[None]:
    """Limit the time of a block: raise TooLongError in it, and again each second.

    `ignored` is called with the frame that runs if the block goes on all the same. It has no effect
    on Windows and in threads, as signals only reach the main thread.
    """
    if not hasattr(known, 'setitimer') or current_thread() is not main_thread():
        yield
        return

    attempts = 0

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal attempts
        attempts += 1
        if attempts > _ATTEMPTS:
            ignored(frame)
        raise TooLongError(f'it was not done after {seconds:g}s')

    # A timer that runs already must not end the block.
    timer = known.setitimer(known.ITIMER_REAL, 0.0)
    before = known.signal(known.SIGALRM, end)
    known.setitimer(known.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        known.setitimer(known.ITIMER_REAL, 0.0)
        known.signal(known.SIGALRM, before)
        known.setitimer(known.ITIMER_REAL, *timer)


def is_closed(error: OSError, platform: str = sys.platform) -> bool:
    """Return whether a write failed because the reader has closed the pipe: EINVAL on Windows."""
    if isinstance(error, BrokenPipeError):
        return True
    return platform == _WINDOWS and error.errno == errno.EINVAL


def home_directory(env: Mapping[str, str], platform: str = sys.platform) -> str:
    """Return the home directory of the user, by the rules of kubectl."""
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


def split_command(text: str, platform: str = sys.platform) -> list[str]:
    """Split a command into words as a POSIX shell does; raises ValueError.

    On Windows, a backslash is a part of a path, and only double quotes group words.
    """
    import shlex

    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ''
    if platform == _WINDOWS:
        lexer.escape, lexer.quotes = '', '"'
    return list(lexer)


def is_own_file(status: os.stat_result, platform: str = sys.platform) -> bool:
    """Return whether only the user owns and may write a file; always true on Windows."""
    if platform == _WINDOWS:
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE


def is_terminal(stream: IO[str] | None, platform: str = sys.platform) -> bool:
    """Return whether a stream is a terminal with escape sequences; on Windows, they are enabled."""
    try:
        if stream is None or not stream.isatty():
            return False
    except ValueError:
        # The stream is closed.
        return False
    return platform != _WINDOWS or _enable_escape_sequences(stream)


def terminal_columns(stream: IO[str] | None) -> int:
    """Return the width of a terminal; 0 if it is not known."""
    try:
        return os.get_terminal_size(stream.fileno()).columns if stream else 0
    except (OSError, ValueError):
        return 0


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


def is_in_foreground(stream: IO[str], known: Any = os) -> bool:
    """Return whether a stream's terminal is that of the program, and it is in the foreground."""
    try:
        return bool(known.tcgetpgrp(stream.fileno()) == known.getpgrp())
    except (AttributeError, OSError, ValueError):
        # On Windows, and for a terminal that controls no processes.
        return True


@contextmanager
def around_suspension(
    before: Callable[[], object], after: Callable[[], object], known: Any = signal
) -> Iterator[None]:
    """Call functions before Ctrl-Z suspends the program, and after it is resumed, in a block.

    It has no effect on Windows.
    """
    number = getattr(known, 'SIGTSTP', None)
    if number is None or known.getsignal(number) is not known.SIG_DFL:
        yield
        return

    def suspend(*_: object) -> None:
        # Ctrl-Z again suspends at once.
        known.signal(number, known.SIG_DFL)
        before()
        known.raise_signal(number)
        known.signal(number, suspend)
        after()

    known.signal(number, suspend)
    try:
        yield
    finally:
        known.signal(number, known.SIG_DFL)


def reopen_closed_streams() -> None:
    """Open the null device for each closed standard stream.

    Otherwise a connection would get the descriptor, and child processes would write to it.
    """
    for name, mode in (('stdin', 'r'), ('stdout', 'w'), ('stderr', 'w')):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding='utf-8'))  # noqa: SIM115


def detach() -> bool:
    """Detach the process from the terminal, so that completion shows no prompts and messages.

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
    """Exit with 0 at once, and end child processes such as a credential plugin that still runs."""
    if has_group:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    end(0)
