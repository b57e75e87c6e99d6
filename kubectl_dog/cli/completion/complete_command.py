"""The completion program, which answers within a second and prints no errors."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from kubectl_dog import platform_compat
from kubectl_dog.cli import process_exit
from kubectl_dog.cli.completion import cobra_protocol
from kubectl_dog.cli.completion import partial_line
from kubectl_dog.cli.completion.candidates import candidates
from kubectl_dog.cli.completion.cobra_protocol import NOTHING
from kubectl_dog.cli.completion.cobra_protocol import Answer
from kubectl_dog.cli.completion.deadline import Deadline
from kubectl_dog.cli.completion.lookups import NameLookups
from kubectl_dog.cli.parser import command_first
from kubectl_dog.output.stream_writer import OutputClosedError
from kubectl_dog.output.stream_writer import OutputFailedError
from kubectl_dog.output.stream_writer import Writer

# Seconds from the start of the process to the answer.
_DEFAULT_TIMEOUT = 0.8
_TIMEOUT_VARIABLE = 'KUBECTL_DOG_COMPLETION_TIMEOUT'


def main() -> NoReturn:
    """Run `kubectl_complete-dog`, which kubectl calls with the words after `kubectl dog`."""
    platform_compat.reopen_closed_streams()
    process_exit.end(process_exit.run(lambda: run(sys.argv[1:])))


def run(words: Sequence[str], described: bool = True) -> int:
    """Print the candidates for the last word; returns the exit code.

    It is 0 also without candidates: otherwise, kubectl would offer files.
    """
    has_group = platform_compat.detach()
    # The start has taken at least the processor time.
    deadline = Deadline(_seconds(os.environ.get(_TIMEOUT_VARIABLE, '')) - time.process_time())
    try:
        result = answer(words, deadline)
    except (Exception, SystemExit):
        # The command itself reports the error when it runs.
        result = NOTHING
    code = 0
    try:
        Writer(sys.stdout).write(cobra_protocol.lines(result, described))
    except (OutputClosedError, OutputFailedError) as error:
        code = error.exit_code
    if deadline.is_over:
        platform_compat.exit_now(has_group)
    return code


def _seconds(text: str) -> float:
    """Return the timeout in seconds from the environment, or the default if it is invalid."""
    try:
        seconds = float(text)
    except ValueError:
        return _DEFAULT_TIMEOUT
    return seconds if 0 < seconds <= 60 else _DEFAULT_TIMEOUT


def answer(words: Sequence[str], deadline: Deadline) -> Answer:
    """Return the completion candidates for the last word; errors are not caught."""
    if len(words) > 1:
        words = [*command_first(list(words[:-1])), words[-1]]
    line = partial_line.parse_partial_line(words)
    return candidates(line, NameLookups(line.args, deadline)) if line else NOTHING
