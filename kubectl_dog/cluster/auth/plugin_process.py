"""Run a credential plugin with limits for its time and its output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from collections.abc import Sequence
from typing import cast

from kubectl_dog import platform_compat
from kubectl_dog.model import limits
from kubectl_dog.model.times import format_duration

_HINT = 'run it in a terminal to see why'
_READ_SIZE = 65536
# Seconds between two looks at a plugin, the first and the longest.
_FIRST_WAIT, _LONGEST_WAIT = 0.001, 0.02


class LimitError(Exception):
    """A plugin was ended; the message continues "the credential plugin X …"."""


class PluginProcess:
    """The process of one plugin at a time; any thread may call `close`, which ends it."""

    def __init__(self, seconds: float = 0.0) -> None:
        """Limit plugins to some seconds; 0: the default limit."""
        self._seconds = seconds or limits.PLUGIN_SECONDS
        self._closing = threading.Event()

    def close(self) -> None:
        """End the plugin that runs, if any."""
        self._closing.set()

    def run(
        self, words: Sequence[str], environment: Mapping[str, str], is_interactive: bool
    ) -> tuple[int, bytes]:
        """Run a plugin; returns its exit code and its output.

        Raises LimitError, and OSError or ValueError if it cannot be started.
        """
        has_own_session = _needs_own_session(is_interactive)
        process = subprocess.Popen(
            words,
            env=environment,
            stdin=None if is_interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=has_own_session,
        )
        try:
            with process.stdout or contextlib.nullcontext():
                output = self._read_output(process)
                return process.wait(), output
        except BaseException:
            _kill(process, has_own_session)
            raise

    def _read_output(self, process: subprocess.Popen[bytes]) -> bytes:
        output = bytearray()
        started = time.monotonic()
        exited_at, wait, is_open = 0.0, _FIRST_WAIT, True
        pipe = _Pipe(process)
        while True:
            code, now = process.poll(), time.monotonic()
            data = pipe.read() if is_open else None
            if data:
                output += data
                wait = _FIRST_WAIT
            is_open = is_open and data != b''
            if len(output) > limits.PLUGIN_BYTES:
                raise LimitError(
                    f'printed more than {limits.describe(limits.PLUGIN_BYTES)}: {_HINT}'
                )
            if code is not None and not data:
                exited_at = exited_at or now
                # A child of the plugin, such as an agent, may keep its output open.
                if not is_open or now - exited_at > limits.PLUGIN_CHILD_SECONDS:
                    return bytes(output)
            if now - started > self._seconds:
                raise LimitError(f'did not end within {format_duration(self._seconds)}: {_HINT}')
            if not data and self._closing.wait(wait):
                raise LimitError('was ended')
            wait = min(2 * wait, _LONGEST_WAIT)


class _Pipe:
    """The output of a process, read without waiting."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        # Windows before Python 3.12 has no such reads: there, the output ends with the process.
        self._can_poll = hasattr(os, 'set_blocking')
        if self._can_poll and process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)

    def read(self) -> bytes | None:
        """Return data, b'' at the end, or None if there are none now."""
        if not self._can_poll and self._process.poll() is None:
            return None
        # `process.stdout` is unbuffered.
        return cast('bytes | None', self._process.stdout and self._process.stdout.read(_READ_SIZE))


def _needs_own_session(is_interactive: bool) -> bool:
    """Return whether a plugin gets a session of its own, which can be ended with its children.

    It would not have the terminal, on which it may ask for a password. A process that leads its
    session ends that as a whole (completion).
    """
    if is_interactive or platform_compat.shares_ctrl_c():
        return False
    return os.getsid(0) != os.getpid()


def _kill(process: subprocess.Popen[bytes], has_own_session: bool) -> None:
    with contextlib.suppress(OSError):
        if has_own_session:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
