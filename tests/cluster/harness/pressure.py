"""Pressure on the processors of this machine, as Linux reports it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

PRESSURE_FILE = Path('/proc/pressure/cpu')

# Shares of the time in which something waits for a processor. Above BUSY no play is started; above
# STARVED measured durations depend on the machine rather than on the program.
BUSY = 0.8
STARVED = 0.9

# Seconds that one measurement takes.
SAMPLE_SECONDS = 1.0


class LoadGate:
    """Let callers in one after the other while the machine has room.

    All callers together wait no more than `timeout` seconds, as others may keep it busy for good.
    """

    def __init__(self, timeout=300.0):
        self._left = timeout
        self._one_at_a_time = threading.Lock()

    def enter(self):
        """Returns when there is room."""
        with self._one_at_a_time:
            while self._left > 0:
                with measured() as measurement:
                    time.sleep(SAMPLE_SECONDS)
                if measurement.share < BUSY:
                    return
                self._left -= SAMPLE_SECONDS


@contextmanager
def measured():
    """The share of the time (0 to 1) that something waited, known at the end; 0 if unknown."""
    measurement = SimpleNamespace(share=0.0)
    began, waited = time.monotonic(), _waited()
    yield measurement
    measurement.share = (_waited() - waited) / (time.monotonic() - began)


def _waited():
    """Seconds since boot in which something had to wait."""
    try:
        return (
            int(PRESSURE_FILE.read_text(encoding='ascii').split('\n')[0].rpartition('total=')[2])
            / 1e6
        )
    except OSError:
        return 0.0
