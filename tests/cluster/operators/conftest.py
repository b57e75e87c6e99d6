"""The operators are built, which takes a quarter of an hour, only if they are asked for."""

from __future__ import annotations

import pytest

from tests.cluster import options


@pytest.fixture(scope='session', autouse=True)
def tier(pytestconfig):
    """Skip the tests of this folder unless --operators is given and the cluster can run."""
    if not pytestconfig.getoption('--operators'):
        pytest.skip(options.HOW_OPERATORS)
    obstacles = ' '.join(options.obstacles())
    if obstacles:
        pytest.fail(obstacles, pytrace=False)
