"""Errors that are the user's to mend; each ends the program with one sentence and its exit code."""

from __future__ import annotations


class UserError(Exception):
    """The command line or an input file is wrong (exit code 2)."""

    exit_code = 2


class AccessError(UserError):
    """Cannot connect, not authenticated, or not allowed to read the target (exit code 5)."""

    exit_code = 5


class MissingError(UserError):
    """What was asked for by name is not there, and will not come by waiting (exit code 4)."""

    exit_code = 4
