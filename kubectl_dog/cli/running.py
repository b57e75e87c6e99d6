"""Runs a session in the foreground: signals in, lines out, exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kubectl_dog import api
from kubectl_dog.model.events import RunEnded
from kubectl_dog.output import colour
from kubectl_dog.output.writer import Writer

_NAMES = {signal.SIGINT: 'interrupt', signal.SIGTERM: 'terminate'}


def run(play: api.Play, args: argparse.Namespace) -> int:
    """Print the events of a session as they come; the exit code is the verdict's."""
    source, session = play
    coloured = colour.wanted(args.color, os.environ, sys.stdout.isatty())
    renderer = api.renderer(args.output, source.started, coloured)
    writer = Writer(sys.stdout)
    code = 70
    with _signals(source):
        for event in session:
            writer.write(renderer.render(event))
            if isinstance(event, RunEnded):
                code = event.exit_code
    return code


@contextmanager
def _signals(source: api.Stoppable) -> Iterator[None]:
    """The first signal ends the run in order, the next one at once."""
    before = {number: signal.getsignal(number) for number in _NAMES}

    def stop(number: int, frame: object) -> None:
        signal.signal(number, before[signal.Signals(number)])
        source.signal(_NAMES[signal.Signals(number)])

    for number in _NAMES:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
