"""Standard streams of a command; the command exits on time even if a reader blocks.

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
    # Standard error without its background thread, which drops text that is read too slowly.
    stderr: TextIO | None = None
    # The stream for lines, if it is not standard output.
    lines: TextIO | None = None


_state = _State()


def stdout() -> TextIO:
    """Return the stream for the lines of a command."""
    if _state.lines is not None:
        return _state.lines
    return sys.stdout if _reserved is None else _reserved


@contextmanager
def reserved_stdout() -> Iterator[None]:
    """Redirect what others print to standard error: their lines would break the JSON."""
    global _reserved
    before = _reserved, sys.stdout
    _reserved, sys.stdout = sys.stdout, sys.stderr
    try:
        yield
    finally:
        _reserved, sys.stdout = before


@contextmanager
def lines_to_stderr() -> Iterator[None]:
    """Write the lines of the command to standard error: another program writes to the output."""
    _state.lines = _state.stderr or sys.stderr
    try:
        yield
    finally:
        _state.lines = None


def set_deadline(seconds: float) -> None:
    """Limit the seconds to wait from now for a reader that has stopped reading."""
    _state.deadline = time.monotonic() + seconds


def deadline() -> float | None:
    """Return the `time.monotonic` value until which to wait for a blocked reader, or None."""
    return _state.deadline


def mark_stuck() -> None:
    """Record that a reader has stopped reading: the rest of the output cannot be written."""
    _state.is_stuck = True


def is_stuck() -> bool:
    """Return whether a normal exit of the process would wait for a reader."""
    return _state.is_stuck


@contextmanager
def background_stderr() -> Iterator[None]:
    """Write standard error in a thread, so that writes do not block; wait for it at the end."""
    _state.deadline, _state.is_stuck = None, False
    before = _state.stderr = sys.stderr
    background = BackgroundStream(before)
    sys.stderr = cast('TextIO', background)
    is_waited_for = True
    try:
        yield
    except KeyboardInterrupt:
        is_waited_for = False
        raise
    finally:
        sys.stderr, _state.stderr = before, None
        # Every write has waited for a moment already.
        if is_waited_for and not is_stuck() and not background.close(_state.deadline):
            mark_stuck()
