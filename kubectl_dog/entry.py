"""Where the installed program begins: a signal while it is being imported is no traceback."""

from __future__ import annotations

import gc
import signal
import sys

# What they do unless whoever started us wants them ignored.
_USUAL = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


def main() -> int:
    """Run the program; returns its exit code."""
    usual = {number: was for number, was in _USUAL.items() if signal.getsignal(number) is was}
    for number in usual:
        signal.signal(number, lambda came, frame: sys.exit(128 + came))
    # Imports make what stays: looking through it for garbage finds none, and takes time.
    gc.disable()
    from kubectl_dog.cli import process_exit
    from kubectl_dog.cli.main import main as run

    gc.freeze()
    gc.enable()
    for number, handler in usual.items():
        signal.signal(number, handler)
    return process_exit.run(run)
