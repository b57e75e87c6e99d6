"""Errors that the user can correct; each ends the program with a sentence and an exit code."""

from __future__ import annotations


class UserError(Exception):
    """The command line or an input file is wrong (exit code 2)."""

    exit_code = 2


class AccessError(UserError):
    """Cannot connect, not authenticated, or not allowed to read the target (exit code 5)."""

    exit_code = 5


class MissingError(UserError):
    """An object that was named does not exist, and waiting does not help (exit code 4)."""

    exit_code = 4
