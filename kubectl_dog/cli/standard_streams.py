"""The standard streams of a command: whoever does not read them keeps no command from its end.

Standard output is ours alone: what packages of trackers print goes to standard error.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO
from typing import cast

from kubectl_dog.output.background_stream import BackgroundStream

_kept: TextIO | None = None


class _Readers:
    """Whoever reads the streams of this run."""

    until: float | None = None
    are_stuck = False


_readers = _Readers()


def stream() -> TextIO:
    """Where the lines of a command go."""
    return sys.stdout if _kept is None else _kept


@contextmanager
def kept() -> Iterator[None]:
    """For the time of a command; a line of somebody else's between ours would be broken JSON."""
    global _kept
    before = _kept, sys.stdout
    _kept, sys.stdout = sys.stdout, sys.stderr
    try:
        yield
    finally:
        _kept, sys.stdout = before


def end_in(seconds: float) -> None:
    """Do not wait longer than that for a reader who has stopped reading, but for a moment."""
    _readers.until = time.monotonic() + seconds


def until() -> float | None:
    """When a reader who has stopped reading is waited for no longer; None: at no time."""
    return _readers.until


def give_up() -> None:
    """A reader has stopped reading: what is still to be written never will be."""
    _readers.are_stuck = True


def is_stuck() -> bool:
    """Whether the process would wait for a reader if it exited as usual."""
    return _readers.are_stuck


@contextmanager
def unblocked() -> Iterator[None]:
    """For the time of a program: standard error blocks nobody, and is waited for in the end."""
    _readers.until, _readers.are_stuck = None, False
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
        # Every write has been given its moment.
        if is_waited_for and not is_stuck() and not background.close(_readers.until):
            give_up()
