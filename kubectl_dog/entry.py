"""Where the installed program begins: Ctrl-C while it is being imported is no traceback."""

from __future__ import annotations

import gc
import signal
import sys


def main() -> int:
    """Run the program; returns its exit code."""
    usual = signal.getsignal(signal.SIGINT)
    # Who started us may want the signal ignored.
    if usual is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda number, frame: sys.exit(128 + number))
    # Imports make what stays: looking through it for garbage finds none, and takes time.
    gc.disable()
    from kubectl_dog.cli.main import main as run

    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGINT, usual)
    return run()
