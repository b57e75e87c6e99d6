from __future__ import annotations

import re

import pytest

from tests.page import ROOT

PAGES = ('docs/architecture.md', 'CONTRIBUTING.md')
PATH = re.compile(r'`([\w.-]+(?:/[\w.-]+)*(?:\.py|/))`')


@pytest.fixture(scope='module')
def existing():
    """Every path of the repository as text, folders with a slash at the end."""
    tops = [path for path in ROOT.iterdir() if not path.name.startswith('.')]
    files = [
        path for top in tops for path in (top, *top.rglob('*')) if '__pycache__' not in path.parts
    ]
    return [f'/{path.relative_to(ROOT).as_posix()}{"/" if path.is_dir() else ""}' for path in files]


@pytest.mark.parametrize('page', PAGES)
def test_pages_about_the_layout_name_paths_that_exist(existing, page):
    named = set(PATH.findall((ROOT / page).read_text(encoding='utf-8')))
    missing = {path for path in named if not any(real.endswith(f'/{path}') for real in existing)}
    assert missing == set()
