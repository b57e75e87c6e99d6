from __future__ import annotations

import pytest

from kubectl_dog.output import agent_variables
from tests import artefacts as builder
from tests.cluster.options import add_option


def pytest_addoption(parser):
    add_option(parser)
    parser.addoption(
        '--install', action='store_true', help='run the tests that build the artefacts, too'
    )


@pytest.fixture(autouse=True)
def no_agent(monkeypatch):
    """Tests see the output for people, also if an agent runs them."""
    for name in (*agent_variables.VARIABLES, agent_variables.GENERIC):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope='session')
def artefacts(tmp_path_factory):
    """The folder of the release artefacts."""
    return builder.folder(tmp_path_factory.mktemp('artefacts') / 'dist')
