"""Entry point of the program; a signal during the imports causes no traceback."""

from __future__ import annotations

import gc
import os
import signal
from typing import NoReturn

# The default handlers; a parent process may have set the signals to be ignored.
_DEFAULTS = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    # Windows has none.
    getattr(signal, 'SIGHUP', signal.SIGTERM): signal.SIG_DFL,
}


def execute() -> NoReturn:
    """Run the program and end the process."""
    code = main()
    from kubectl_dog.cli import process_exit

    process_exit.end(code)


def main() -> int:
    """Run the program; returns its exit code."""
    handlers = [
        number for number, handler in _DEFAULTS.items() if signal.getsignal(number) is handler
    ]
    for number in handlers:
        # An exception would be ignored in a callback of the import system, and the signal lost.
        signal.signal(number, lambda received, frame: os._exit(128 + received))
    # Imported objects stay: a garbage collection finds nothing, and takes time.
    gc.disable()
    from kubectl_dog.cli import process_exit
    from kubectl_dog.cli.main import main as run

    gc.freeze()
    gc.enable()
    return process_exit.run(run, handlers)
