"""Errors of the build that are printed as one sentence, without a traceback."""

from __future__ import annotations


class BuildError(Exception):
    """An error with a message for the person who runs the build."""
