"""What some tests need that not every system has."""

from __future__ import annotations

import errno
import os

import pytest

# The system's own words, in which our messages end.
NO_FILE = os.strerror(errno.ENOENT)

posix = pytest.mark.skipif(
    os.name == 'nt', reason='Windows has no owners, modes, shell scripts and signals like these.'
)
