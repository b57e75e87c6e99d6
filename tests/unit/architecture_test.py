"""The pages about the layout name files, functions and settings that exist."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import kubectl_dog
from kubectl_dog.cli.main import main
from kubectl_dog.model import events
from kubectl_dog.tracking.engine import Engine
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


@pytest.mark.parametrize('page', PAGES)
def test_pages_about_the_layout_name_functions_that_exist(page):
    text = (ROOT / page).read_text(encoding='utf-8')
    package = Path(kubectl_dog.__file__).parent
    named = re.findall(r'`([\w/]+\.py)`\s\(`(\w+)`', text)
    assert named or page == 'CONTRIBUTING.md'
    for path, name in named:
        [file] = [file for file in package.rglob(Path(path).name) if file.as_posix().endswith(path)]
        source = file.read_text(encoding='utf-8')
        assert re.search(rf'\b{name}\b', source), (path, name)


def test_the_engine_calls_the_modules_in_the_order_of_the_page(monkeypatch, capsys):
    steps = (
        (ROOT / 'docs' / 'architecture.md')
        .read_text(encoding='utf-8')
        .partition('`Engine.step`')[2]
    )
    expected = re.findall(r'`((?:tracking|trackers|causes)/[\w/]+\.py)`', steps)
    assert len(expected) > 10
    called = _modules_of_step_with(events.CauseSeen, monkeypatch)
    assert [module for module in called if module in expected] == expected


def _modules_of_step_with(event_type, monkeypatch):
    """The modules of the first step of a demo with such an event, in the order of their calls."""
    step = Engine.step
    modules, results = {}, []

    def record(frame, kind, argument):
        if kind == 'call' and '/kubectl_dog/' in (
            path := Path(frame.f_code.co_filename).as_posix()
        ):
            modules.setdefault(path.rpartition('/kubectl_dog/')[2])

    def recorded_step(*arguments):
        modules.clear()
        sys.setprofile(record)
        try:
            result = step(*arguments)
        finally:
            sys.setprofile(None)
        if any(isinstance(event, event_type) for event in result.events):
            results.append(list(modules))
        return result

    monkeypatch.setattr(Engine, 'step', recorded_step)
    main(['demo', 'crash-loop', '--instant'])
    return results[0]
