"""Find and signal the processes that a process has started, on Linux and macOS."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterable
from collections.abc import Iterator

_PROC = '/proc'
_STOP = getattr(signal, 'SIGSTOP', signal.SIGTERM)
_KILL = getattr(signal, 'SIGKILL', signal.SIGTERM)


def descendants(pids: Iterable[int]) -> set[int]:
    """Return the processes that some processes have started, and those that they have started.

    Processes that have left our process group are not among them: they are meant to go on.
    """
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    started: set[int] = set()
    waiting = [*pids]
    while waiting:
        new = set(children.get(waiting.pop(), ())) - started
        started |= new
        waiting += new
    return {process for process in started if _is_in_our_group(process)}


def end(pids: Iterable[int]) -> None:
    """End processes by force, and all that they have started."""
    stopped: set[int] = set()
    new = set(pids)
    while new:
        # A process that is stopped starts no other one.
        send(new, _STOP)
        stopped |= new
        new = descendants(stopped) - stopped
    send(stopped, _KILL)


def send(pids: Iterable[int], number: int) -> None:
    """Send a signal to those of the processes that still exist in our process group."""
    for pid in pids:
        with contextlib.suppress(OSError):
            if _is_in_our_group(pid):
                os.kill(pid, number)


def _is_in_our_group(pid: int) -> bool:
    try:
        return os.getpgid(pid) == os.getpgrp()
    except (OSError, AttributeError):
        return False


def _parents() -> Iterator[tuple[int, int]]:
    """Yield (process, parent) for all processes; nothing where that cannot be found out."""
    if not os.path.isdir(f'{_PROC}/self'):
        yield from _parents_by_ps()
        return
    for entry in os.listdir(_PROC):
        if entry.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f'{_PROC}/{entry}/stat', encoding='utf-8', errors='replace') as file:
                    # The name of the program, in parentheses, may contain anything.
                    fields = file.read().rpartition(')')[2].split()
                yield int(entry), int(fields[1])


def _parents_by_ps() -> Iterator[tuple[int, int]]:
    with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError):
        listed = subprocess.run(
            ['ps', '-A', '-o', 'pid=,ppid='], capture_output=True, text=True, timeout=5, check=False
        )
        for line in listed.stdout.splitlines():
            pid, parent = line.split()
            yield int(pid), int(parent)
