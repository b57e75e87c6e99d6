"""Fixtures: the single file, and the interpreters that it supports."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests import artefacts as builder


@pytest.fixture(scope='session', autouse=True)
def tier(pytestconfig):
    """Run the tests of this folder only with `--install` or in CI."""
    if os.environ.get('CI') != 'true' and not pytestconfig.getoption('--install'):
        pytest.skip('Needs a network and Python 3.9 to 3.13: `pytest --install tests/install`.')


@pytest.fixture(scope='session')
def interpreters(tier):
    """The Pythons that the single file has byte code for: `path`, `version`, `minor`."""
    return builder.interpreters()


@pytest.fixture
def start(artefacts, tmp_path):
    """start("python3.9", "demo"): run the single file under an interpreter, alone on the PATH."""

    def started(python, *words, file=artefacts / 'kubectl-dog', env=None):
        only = tmp_path / 'only'
        only.mkdir(exist_ok=True)
        alone = only / 'python3'
        alone.unlink(missing_ok=True)
        if python:
            alone.symlink_to(python)
        command = ['/bin/sh', str(file), *words]
        path = {'PATH': str(only), **(env or {})}
        return subprocess.run(
            command, check=False, env=path, cwd=tmp_path, capture_output=True, text=True
        )

    return started
