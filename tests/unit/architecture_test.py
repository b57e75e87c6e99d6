from __future__ import annotations

import re
from pathlib import Path

import pytest

import kubectl_dog
from tests.page import ROOT

PAGES = ('docs/architecture.md', 'CONTRIBUTING.md')
PATH = re.compile(r'`([\w.-]+(?:/[\w.-]+)*(?:\.py|/))`')


def _names(folder, prefix=''):
    """The paths in a folder as text, folders with a slash at the end."""
    for path in sorted(folder.rglob('*')):
        if '__pycache__' not in path.parts and not path.relative_to(folder).parts[0].startswith(
            '.'
        ):
            yield f'{prefix}/{path.relative_to(folder).as_posix()}{"/" if path.is_dir() else ""}'


@pytest.fixture(scope='module')
def existing():
    # The package may be installed, and its code not be in the checkout.
    package = Path(kubectl_dog.__file__).parent
    return [*_names(ROOT), '/kubectl_dog/', *_names(package, '/kubectl_dog')]


@pytest.mark.parametrize('page', PAGES)
def test_pages_about_the_layout_name_paths_that_exist(existing, page):
    named = set(PATH.findall((ROOT / page).read_text(encoding='utf-8')))
    missing = {path for path in named if not any(real.endswith(f'/{path}') for real in existing)}
    assert missing == set()
