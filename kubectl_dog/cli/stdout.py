"""Standard output is ours alone: what packages of trackers print goes to standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_kept: TextIO | None = None


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
