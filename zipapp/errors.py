"""What went wrong, for who runs the build: one sentence, no traceback."""

from __future__ import annotations


class BuildError(Exception):
    """The message says what to do next."""
