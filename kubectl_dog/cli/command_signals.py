"""Signals of `kubectl dog run`: the command gets them, and the second one stops the tracking."""

from __future__ import annotations

import signal
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager

from kubectl_dog import platform_compat
from kubectl_dog.cli.child_command import ChildCommand
from kubectl_dog.cli.command_source import CommandSource

# A command that does not end after this many signals is ended by force.
_FORCE = 3


def is_shared(number: int) -> bool:
    """Return whether the terminal has sent a signal to the command as well."""
    return number == signal.SIGINT and platform_compat.shares_ctrl_c()


@contextmanager
def handled(
    child: ChildCommand,
    source: CommandSource,
    reaches_command: Callable[[int], bool] = is_shared,
) -> Iterator[None]:
    """Handle signals in a block, and collect those that stop the tracking in the source.

    While the command runs, it gets each signal. The first one leaves it to the command to end, the
    second one also stops the tracking, and the third one ends the command by force. Without a
    running command, the first one stops the tracking, and the next one ends the program.
    """
    names = platform_compat.signals()
    before = {number: signal.getsignal(number) for number in names}
    stops = source.received_signals
    received: list[int] = []

    def handle(number: int, frame: object) -> None:
        received.append(number)
        is_running = child.is_running
        if is_running and not reaches_command(number):
            child.send(number)
        if is_running and len(received) >= _FORCE:
            child.kill()
        if is_running and len(received) == 1:
            return
        if not stops:
            stops.append(number)
            source.signal(names[signal.Signals(number)])
        elif not is_running:
            handler = before[signal.Signals(number)]
            if callable(handler):
                handler(number, None)

    changed = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in changed:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, before[number])
