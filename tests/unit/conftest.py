from __future__ import annotations

import pytest

from tests.unit.packages import Packages


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """packages.install('acme', '1.0', code, Lamp_example_com=''): as if installed by pip."""
    return Packages(tmp_path, monkeypatch)
