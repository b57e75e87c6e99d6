"""Progress messages."""

from __future__ import annotations

import sys


def say(text, *args):
    """Prints a line to standard error."""
    print(text % args if args else text, file=sys.stderr, flush=True)
