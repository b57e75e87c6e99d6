from __future__ import annotations

from tests.cluster.options import add_option as pytest_addoption  # noqa: F401
