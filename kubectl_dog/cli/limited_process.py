"""Run a program with a time limit, end it with its children, and pass signals on to it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from typing import IO
from typing import Any
from typing import NamedTuple
from typing import cast

from kubectl_dog import platform_compat

# Seconds that a program has to end after it was asked to.
GRACE = 5.0
TIME_LIMIT = 'time limit'
SIGNAL = 'signal'
# Seconds between two checks for signals.
_POLL = 0.05
_STDERR = 2


class Ended(NamedTuple):
    """How a program ended: its exit code, negative for a signal as in `subprocess`.

    `stopped_by` is TIME_LIMIT or SIGNAL if it was ended from outside, and otherwise empty.
    """

    code: int
    stopped_by: str = ''


def run(
    words: Sequence[str],
    environment: Mapping[str, str],
    data: bytes,
    seconds: float,
    grace: float = GRACE,
) -> Ended:
    """Run a program, with data on its standard input; raises OSError if it cannot be started.

    Its output goes to standard error. After `seconds`, its process group is asked to end, and is
    killed after `grace` seconds. A signal to this process is passed on to the group and has the
    same effect; another one kills the group at once.
    """
    ends_at = time.monotonic() + seconds
    with _collect_signals() as received:
        process = subprocess.Popen(
            words,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=_STDERR,
            stderr=_STDERR,
            bufsize=0,
            start_new_session=True,
            creationflags=getattr(subprocess, 'CREATE_NEW_PROCESS_GROUP', 0),
        )
        # A thread, because a program may not read all of it, and a child may keep the pipe open.
        threading.Thread(target=_write, args=(process, data), daemon=True).start()
        stopped_by = _wait(process, received, ends_at, grace)
        return Ended(process.returncode, stopped_by)


@contextmanager
def _collect_signals() -> Iterator[list[int]]:
    """Yield a list that gets the signals that arrive; ignored ones stay ignored."""
    received: list[int] = []
    handlers = {number: signal.getsignal(number) for number in platform_compat.signals()}
    used = {number: old for number, old in handlers.items() if old is not signal.SIG_IGN}
    for number in used:
        signal.signal(number, lambda number, frame: received.append(number))
    try:
        yield received
    finally:
        for number, handler in used.items():
            signal.signal(number, handler)


def _write(process: subprocess.Popen[Any], data: bytes) -> None:
    """Write data to standard input of a process and close it; the reader may close it first."""
    rest = memoryview(data)
    with contextlib.suppress(OSError), cast('IO[bytes]', process.stdin) as stream:
        while rest:
            rest = rest[stream.write(rest) :]


def _wait(
    process: subprocess.Popen[Any], received: Sequence[int], ends_at: float, grace: float
) -> str:
    """Wait for a process, and for its group if it is stopped; returns why it is stopped."""
    stopped_by = ''
    while process.poll() is None or (stopped_by and _signal_group(process, 0)):
        now = time.monotonic()
        if not stopped_by and (received or now >= ends_at):
            stopped_by = SIGNAL if received else TIME_LIMIT
            _signal_group(process, received[0] if received else signal.SIGTERM)
            ends_at = now + grace
        elif stopped_by and (now >= ends_at or len(received) > (stopped_by == SIGNAL)):
            _signal_group(process, getattr(signal, 'SIGKILL', signal.SIGTERM))
            process.wait()
            break
        elif process.returncode is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_POLL)
        else:
            time.sleep(_POLL)
    return stopped_by


def _signal_group(process: subprocess.Popen[Any], number: int) -> bool:
    """Send a signal to the group of a process, 0 for none; returns whether the group exists.

    Windows has no groups that can be signalled: there, the process itself is ended.
    """
    if not hasattr(os, 'killpg'):
        if number and process.poll() is None:
            process.terminate()
        return process.poll() is None
    try:
        os.killpg(process.pid, number)
    except OSError:
        return False
    return True
