"""Requirements of some tests that not every system meets."""

from __future__ import annotations

import errno
import os
import sys

import pytest

# The system's own error text, with which our messages end.
NO_FILE = os.strerror(errno.ENOENT)

posix = pytest.mark.skipif(
    os.name == 'nt', reason='Windows has no owners, modes, shell scripts and signals like these.'
)


def examples(number):
    """The examples of a property-based test: all on the newest Python, a third on the others."""
    return number if sys.version_info >= (3, 13) else number // 3
