"""Completion as a program of its own: an answer within a second, and never a word on a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

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
from kubectl_dog.cli.parser import create_parser
from kubectl_dog.output.stream_writer import Writer

# Seconds from the start of the process; who presses TAB does not wait any longer, unless told to.
_PATIENCE = 0.8
_TIMEOUT = 'KUBECTL_DOG_COMPLETION_TIMEOUT'


def main() -> int:
    """`kubectl_complete-dog`, which kubectl calls with the words after `kubectl dog`."""
    return process_exit.run(lambda: run(sys.argv[1:]))


def run(words: Sequence[str], described: bool = True) -> int:
    """Print what may stand in place of the last word; always 0, or kubectl would offer files."""
    has_group = platform_compat.detach()
    # The processor's time is the least that the start has taken.
    patience = Deadline(_seconds(os.environ.get(_TIMEOUT, '')) - time.process_time())
    try:
        found = answered(words, patience)
    except (Exception, SystemExit):
        # Whoever runs the command is told.
        found = NOTHING
    Writer(sys.stdout).write(cobra_protocol.lines(found, described))
    if patience.is_over:
        platform_compat.exit_now(has_group)
    return 0


def _seconds(text: str) -> float:
    """What the environment asks for; what is no time there is no reason to fall silent."""
    try:
        seconds = float(text)
    except ValueError:
        return _PATIENCE
    return seconds if 0 < seconds <= 60 else _PATIENCE


def answered(words: Sequence[str], patience: Deadline) -> Answer:
    """What may stand in place of the last word; raises whatever goes wrong."""
    if len(words) > 1:
        words = [*command_first(list(words[:-1])), words[-1]]
    line = partial_line.parse_partial_line(create_parser(words[0] if len(words) > 1 else ''), words)
    return candidates(line, NameLookups(line.parsed, patience)) if line else NOTHING
