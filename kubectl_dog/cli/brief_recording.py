"""Where the recording of a run with brief output is, and the notes that say so."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TextIO

from kubectl_dog import recorded_runs
from kubectl_dog.cli import report_files
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.parser import program_name

_REDACTED = (
    '  It is complete when the program has ended. Secrets, also those in ConfigMaps, variables and '
    'arguments, are redacted, log lines are not.'
)
_RETENTION = f'It is kept for 7 days or 20 runs; --record {os.devnull} keeps none.'


def choose(args: Arguments) -> tuple[Sequence[str | TextIO], tuple[str, ...]]:
    """Return the files to record to for brief output, and the notes about them.

    Without another recording, a run with brief output is recorded to the cache directory.
    """
    paths = report_files.recordings(args)
    kept = [path for path in paths if path != os.devnull]
    if kept:
        return paths, (*played_by(kept[0]), _REDACTED)
    if paths:
        return (), (f'RECORDING none, because of --record {os.devnull}',)
    try:
        path, file = recorded_runs.kept_recording()
    except OSError as error:
        reason = f'{error.strerror or error}'
        return (), (f'RECORDING none: the cache directory cannot be written: {reason}',)
    return [file], (*played_by(path), f'{_REDACTED} {_RETENTION}')


def played_by(path: str) -> tuple[str, str]:
    """Return the notes that name a recording and the command that prints it."""
    import shlex

    command = f'{program_name()} replay {shlex.quote(path)} --instant -o plain'
    return f'RECORDING {path}', f'  All lines: {command}'
