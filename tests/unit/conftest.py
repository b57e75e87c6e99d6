from __future__ import annotations

import os

import pytest

from kubectl_dog.cli.ci_systems import SYSTEMS
from tests.unit.packages import Packages

# Commands that tests run must not write into the summary of the job that runs the tests.
for _system in SYSTEMS.values():
    os.environ.pop(_system.variable, None)


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """packages.install('acme', '1.0', code, Lamp_example_com=''): as if installed by pip."""
    installed = Packages(tmp_path, monkeypatch)
    yield installed
    installed.forget()
