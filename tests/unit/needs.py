"""What some tests need that not every system has."""

from __future__ import annotations

import os

import pytest

posix = pytest.mark.skipif(
    os.name == 'nt', reason='Windows has no owners, modes, shell scripts and signals like these.'
)
