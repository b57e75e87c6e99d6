from __future__ import annotations

import pytest

from tests import artefacts as builder
from tests.cluster.options import add_option


def pytest_addoption(parser):
    add_option(parser)
    parser.addoption(
        '--install', action='store_true', help='run the tests that build the artefacts, too'
    )


@pytest.fixture(scope='session')
def artefacts(tmp_path_factory):
    """The folder of the release artefacts."""
    return builder.folder(tmp_path_factory.mktemp('artefacts') / 'dist')
