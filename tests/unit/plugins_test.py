"""The tests of the packages in plugins/ and of docs/write-a-tracker.md pass."""

from __future__ import annotations

import ast
import configparser
import os
import re
import subprocess
import sys
from importlib import import_module

import pytest

from kubectl_dog.cli.parser import parse
from kubectl_dog.trackers.protocol import codes_of
from tests import page

PACKAGES = sorted(file.parent for file in page.ROOT.glob('plugins/*/pyproject.toml'))
PUBLIC = {'kubectl_dog.tracker', 'kubectl_dog.testing'}


PYTEST_PLUGINS = page.ROOT / 'tests' / 'unit' / 'plugins'


def pytest_output(folder, *plugins):
    """The output of pytest if it failed, else an empty text."""
    named = [word for plugin in ('no:cacheprovider', *plugins) for word in ('-p', plugin)]
    paths = os.pathsep.join(map(str, (page.ROOT, PYTEST_PLUGINS)))
    done = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', *named, '--rootdir', str(folder)],
        cwd=folder,
        env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1', 'PYTHONPATH': paths},
        capture_output=True,
        text=True,
        check=False,
    )
    return '' if done.returncode == 0 else done.stdout + done.stderr


def imported(folder):
    """The modules of kubectl_dog that a package and its tests import."""
    for file in folder.rglob('*.py'):
        for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ''] if isinstance(node, ast.ImportFrom) else []
            yield from (name for name in names if name.split('.')[0] == 'kubectl_dog')


@pytest.mark.parametrize('folder', PACKAGES, ids=lambda folder: folder.name)
def test_tests_of_each_package_pass_with_malformed_objects(folder):
    assert pytest_output(folder, 'spoiling') == ''


@pytest.mark.parametrize('folder', PACKAGES, ids=lambda folder: folder.name)
def test_each_package_contains_its_licence(folder):
    text = (folder / 'pyproject.toml').read_text(encoding='utf-8')
    assert '\nlicense = "Apache-2.0"\nlicense-files = ["LICENSE"]\n' in text
    assert (folder / 'LICENSE').read_bytes() == (page.ROOT / 'LICENSE').read_bytes()


def test_tracker_without_checks_fails_with_malformed_objects(tmp_path):
    package = page.follow(tmp_path)
    tracker = package / 'kubectl_dog_greenhouse' / 'tracker.py'
    trusting = "view.object['spec']['plants']"
    tracker.write_text(
        tracker.read_text().replace("get_int(view.object, 'spec', 'plants')", trusting)
    )
    assert pytest_output(package) == ''
    assert 'Error' in pytest_output(package, 'spoiling')


@pytest.mark.parametrize('folder', PACKAGES, ids=lambda folder: folder.name)
def test_packages_import_only_public_modules(folder):
    assert set(imported(folder)) <= PUBLIC


def test_mypy_checks_all_packages():
    settings = configparser.ConfigParser()
    settings.read(page.ROOT / 'setup.cfg', encoding='utf-8')
    checked, paths = (
        {part.strip() for part in settings['mypy'][name].split(',')}
        for name in ('packages', 'mypy_path')
    )
    modules = {file.parent.name for folder in PACKAGES for file in folder.glob('*/__init__.py')}
    assert checked == {'kubectl_dog', *modules - {'tests'}}
    assert paths == {f'plugins/{folder.name}' for folder in PACKAGES}


@pytest.mark.parametrize('folder', PACKAGES, ids=lambda folder: folder.name)
def test_examples_in_readmes_of_packages_are_correct(folder, monkeypatch):
    readme = (folder / 'README.md').read_text(encoding='utf-8')
    for command in re.findall(r'(?:^    |`)kubectl dog ([^`\n]*)', readme, re.MULTILINE):
        parse(command.split())
    for path in re.findall(r'pip install (\./\S+)', readme):
        assert page.ROOT / path == folder
    monkeypatch.syspath_prepend(str(folder))
    entries = re.findall(r'^"(\S+)" = "(\S+)"$', (folder / 'pyproject.toml').read_text(), re.M)
    declared = {code for _, name in entries for code in codes_of(import_module(name))}
    # The first column of a table names codes, and nothing else that is a single word.
    rows = re.findall(r'^\| (`[A-Z]\w+`(?:, `[A-Z]\w+`)*) \|', readme, re.MULTILINE)
    documented = {word for row in rows for word in re.findall(r'\w+', row)}
    assert documented - {'Healthy'} == declared
    assert all(name.partition('.')[0] in readme for name, _ in entries)


def test_template_is_tested_as_a_package():
    assert 'template' in [folder.name for folder in PACKAGES]


def test_package_of_the_tutorial_passes_its_tests(tmp_path):
    package = page.follow(tmp_path)
    assert pytest_output(package) == ''
    assert set(imported(package)) == PUBLIC
    (entry,) = re.findall(
        r'trackers\.v1"\]\n"(.*)" = "(.*)"', (package / 'pyproject.toml').read_text()
    )
    assert entry == ('Greenhouse.example.com', 'kubectl_dog_greenhouse.tracker')
    assert not list(package.rglob('*xample*'))


def test_tests_of_the_tutorial_fail_for_a_wrong_tracker(tmp_path):
    package = page.follow(tmp_path)
    tracker = package / 'kubectl_dog_greenhouse' / 'tracker.py'
    tracker.write_text(tracker.read_text().replace('growing < wanted', 'growing > wanted'))
    assert 'test_the_plants_decide' in pytest_output(package)
