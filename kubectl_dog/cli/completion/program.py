"""Completion as a program of its own: an answer within a second, and never a word on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from kubectl_dog import system
from kubectl_dog.cli.completion import answer
from kubectl_dog.cli.completion import typed
from kubectl_dog.cli.completion.answer import NOTHING
from kubectl_dog.cli.completion.answer import Answer
from kubectl_dog.cli.completion.named import Named
from kubectl_dog.cli.completion.offers import offers
from kubectl_dog.cli.completion.patience import Patience
from kubectl_dog.output.writer import Writer

# Seconds from the start of the process; who presses TAB does not wait any longer.
_PATIENCE = 0.8


def main() -> int:
    """`kubectl_complete-dog`, which kubectl calls with the words after `kubectl dog`."""
    return run(sys.argv[1:])


def run(words: Sequence[str], described: bool = True) -> int:
    """Print what may stand in place of the last word; always 0, or kubectl would offer files."""
    has_group = system.detach()
    # The processor's time is the least that the start has taken.
    patience = Patience(_PATIENCE - time.process_time())
    try:
        found = answered(words, patience)
    except (Exception, SystemExit):
        # Whoever runs the command is told.
        found = NOTHING
    Writer(sys.stdout).write(answer.lines(found, described))
    if patience.is_over:
        system.leave(has_group)
    return 0


def answered(words: Sequence[str], patience: Patience) -> Answer:
    """What may stand in place of the last word; raises whatever goes wrong."""
    from kubectl_dog.cli.main import parser

    line = typed.read(parser(words[0] if len(words) > 1 else ''), words)
    return offers(line, Named(line.said, patience)) if line else NOTHING
