"""Run a command as a child process that shares our streams, terminal and process group."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.cli import process_tree
from kubectl_dog.model.errors import UserError

# Seconds between the request to end, and the end by force.
KILL_DELAY = 10.0
_KILL = getattr(signal, 'SIGKILL', signal.SIGTERM)
_SIGNAL_CODES = 128


class CommandNotFoundError(UserError):
    """There is no such command; the exit code is that of shells."""

    exit_code = 127


class CommandNotStartedError(UserError):
    """The command exists and cannot be started; the exit code is that of shells."""

    exit_code = 126


class ChildCommand:
    """A command that is started once; its streams and its terminal are ours."""

    def __init__(self, words: Sequence[str]) -> None:
        """Find the program; raises CommandNotFoundError and CommandNotStartedError."""
        self._words = list(words)
        self._path = _find_program(self._words[0])
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = threading.Event()
        self._timer: threading.Timer | None = None
        self._is_starting = False
        self._unsent: list[int] = []
        self._tree: set[int] = set()
        self.timed_out = False

    @property
    def name(self) -> str:
        """The name of the program without its folder."""
        return os.path.basename(self._words[0]) or self._words[0]

    @property
    def is_started(self) -> bool:
        """Whether the command was started."""
        return self._process is not None

    @property
    def is_running(self) -> bool:
        """Whether the command was started, or is being started, and has not ended."""
        is_started = self._is_starting or self._process is not None
        return is_started and not self._ended.is_set()

    @property
    def code(self) -> int:
        """The exit code as a shell reports it: 128 and the signal, if one has ended the command."""
        code = self._process.returncode if self._process is not None else 0
        return _SIGNAL_CODES - code if code < 0 else code or 0

    def start(self, on_end: Callable[[], object], seconds: float | None = None) -> None:
        """Start the command; call `on_end` in another thread when it has ended.

        It is ended after `seconds`. Raises CommandNotStartedError.
        """
        self._is_starting = True
        try:
            # Descriptors like that of `-f <(…)` belong to the command; our own are not inherited.
            self._process = subprocess.Popen(self._words, executable=self._path, close_fds=False)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandNotStartedError(f'cannot run "{self._words[0]}": {reason}') from error
        finally:
            self._is_starting = False
        for number in self._unsent:
            self.send(number)
        if seconds is not None:
            self._timer = threading.Timer(max(0.0, seconds), self.time_out)
            self._timer.daemon = True
            self._timer.start()
        waiter = threading.Thread(target=self._await_end, args=(on_end,), daemon=True)
        waiter.start()

    def _await_end(self, on_end: Callable[[], object]) -> None:
        assert self._process is not None
        self._process.wait()
        if self._timer is not None:
            self._timer.cancel()
        # What the command has started must not outlive it once the time is up.
        process_tree.end(self._tree)
        self._ended.set()
        on_end()

    def time_out(self) -> None:
        """Ask the command and all that it has started to end, and then end them by force."""
        if self._process is None or self._ended.is_set():
            return
        self.timed_out = True
        self._tree = process_tree.descendants([self._process.pid])
        self.send(signal.SIGTERM)
        process_tree.send(self._tree, signal.SIGTERM)
        if not self._ended.wait(KILL_DELAY):
            process_tree.end({self._process.pid, *self._tree})
            self.kill()

    def send(self, number: int) -> None:
        """Send a signal to the command, if it is running or being started."""
        if self._is_starting and self._process is None:
            self._unsent.append(number)
            return
        with contextlib.suppress(OSError, ValueError):
            if self._process is not None and not self._ended.is_set():
                self._process.send_signal(number)

    def kill(self) -> None:
        """End the command by force."""
        self.send(_KILL)

    def wait(self) -> None:
        """Wait until the command has ended; signal handlers run meanwhile."""
        while self.is_running:
            self._ended.wait(1.0)

    @contextlib.contextmanager
    def awaited(self) -> Iterator[None]:
        """Wait for the command at the end of a block, also after an error in it."""
        try:
            yield
        finally:
            self.wait()


def _find_program(name: str) -> str:
    path = shutil.which(name)
    if path is not None:
        return path
    if os.path.dirname(name) and os.path.exists(name):
        reason = 'it is a directory' if os.path.isdir(name) else 'it is not executable'
        raise CommandNotStartedError(f'cannot run "{name}": {reason}')
    place = '' if os.path.dirname(name) else ' in PATH'
    raise CommandNotFoundError(f'there is no command "{name}"{place}: nothing was run or tracked')
