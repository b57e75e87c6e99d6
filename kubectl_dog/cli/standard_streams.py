"""The standard streams of a command, which ends in time even if a reader is stuck.

Only the program writes to standard output: what packages of trackers print goes to standard error.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO
from typing import cast

from kubectl_dog.output.background_stream import BackgroundStream

_reserved: TextIO | None = None


class _State:
    """The state of the streams of this run."""

    deadline: float | None = None
    is_stuck = False


_state = _State()


def stdout() -> TextIO:
    """The stream for the lines of a command."""
    return sys.stdout if _reserved is None else _reserved


@contextmanager
def reserved_stdout() -> Iterator[None]:
    """Send what others print to standard error: their lines between ours would break the JSON."""
    global _reserved
    before = _reserved, sys.stdout
    _reserved, sys.stdout = sys.stdout, sys.stderr
    try:
        yield
    finally:
        _reserved, sys.stdout = before


def set_deadline(seconds: float) -> None:
    """Wait at most so many seconds from now for a reader that has stopped reading."""
    _state.deadline = time.monotonic() + seconds


def deadline() -> float | None:
    """The `time.monotonic` value after which a stuck reader is not waited for; None for never."""
    return _state.deadline


def mark_stuck() -> None:
    """Record that a reader has stopped reading: the rest of the output cannot be written."""
    _state.is_stuck = True


def is_stuck() -> bool:
    """Whether the process would wait for a reader if it exited as usual."""
    return _state.is_stuck


@contextmanager
def background_stderr() -> Iterator[None]:
    """Write standard error in a thread, so that writes do not block; wait for it at the end."""
    _state.deadline, _state.is_stuck = None, False
    before = sys.stderr
    background = BackgroundStream(before)
    sys.stderr = cast('TextIO', background)
    is_waited_for = True
    try:
        yield
    except KeyboardInterrupt:
        is_waited_for = False
        raise
    finally:
        sys.stderr = before
        # Every write has waited for a moment already.
        if is_waited_for and not is_stuck() and not background.close(_state.deadline):
            mark_stuck()
