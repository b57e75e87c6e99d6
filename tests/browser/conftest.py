"""Fixtures: a headless browser, and the checker of accessibility."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser import chromium

HERE = Path(__file__).parent
NO_BROWSER = 'Needs Chromium (apt-get install chromium).'
NO_AXE = 'Needs npm and a network, for axe-core.'


def _require(available, reason):
    """Skip if something is missing; where it was said to be there, fail."""
    if not available and os.environ.get('KUBECTL_DOG_BROWSER'):
        pytest.fail(reason)
    elif not available:
        pytest.skip(reason)


@pytest.fixture(scope='session')
def browser(tmp_path_factory):
    """A running browser."""
    _require(chromium.find(), NO_BROWSER)
    running = chromium.Browser(tmp_path_factory.mktemp('profile'))
    yield running
    running.close()


@pytest.fixture
def open_page(browser):
    """open_page(path, width=…, scheme=…): a page that is closed after the test."""
    pages = []

    def opened(path, **options):
        pages.append(browser.page(path, **options))
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


@pytest.fixture(scope='session')
def axe(tmp_path_factory):
    """The source of axe-core, in the version of package-lock.json."""
    folder = tmp_path_factory.mktemp('axe')
    for name in ('package.json', 'package-lock.json'):
        shutil.copy(HERE / name, folder)
    npm = shutil.which('npm')
    command = [npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund']
    done = npm and subprocess.run(command, cwd=folder, capture_output=True, check=False)
    _require(done and not done.returncode, NO_AXE)
    return (folder / 'node_modules' / 'axe-core' / 'axe.min.js').read_text(encoding='utf-8')
