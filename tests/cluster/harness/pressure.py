"""How short of processors this machine is, as Linux tells it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

TOLD = Path('/proc/pressure/cpu')

# Shares of the time in which something has to wait for a processor: beyond the first nothing more
# is begun, beyond the second seconds say more of the machine than of what was measured.
BUSY = 0.8
STARVED = 0.9

# Seconds that one look takes.
GLANCE = 1.0


class Turnstile:
    """Lets one after the other in when the machine has room; waits no more than `patience` seconds
    for all of them together, as others may keep it busy for good.
    """

    def __init__(self, patience=300.0):
        self._left = patience
        self._one_at_a_time = threading.Lock()

    def enter(self):
        """Returns when there is room."""
        with self._one_at_a_time:
            while self._left > 0:
                with measured() as glance:
                    time.sleep(GLANCE)
                if glance.share < BUSY:
                    return
                self._left -= GLANCE


@contextmanager
def measured():
    """What is known at the end: its `share` of the time (0 to 1), 0 where Linux does not tell."""
    found = SimpleNamespace(share=0.0)
    began, waited = time.monotonic(), _waited()
    yield found
    found.share = (_waited() - waited) / (time.monotonic() - began)


def _waited():
    """Seconds since boot in which something had to wait."""
    try:
        return int(TOLD.read_text(encoding='ascii').split('\n')[0].rpartition('total=')[2]) / 1e6
    except OSError:
        return 0.0
