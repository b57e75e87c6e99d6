"""The README matches the program."""

from __future__ import annotations

import pathlib
import re
import shlex

import pytest

from kubectl_dog.cli import main as program
from kubectl_dog.cli.parser import parse

ROOT = pathlib.Path(__file__).parents[2]
README = ROOT.joinpath('README.md').read_text(encoding='utf-8')
COMMANDS = re.findall(r'kubectl[ -]dog ([^|&\n`]+)', re.sub(r'(?m)^(?!    ).*$', '', README))


def test_the_transcript_is_what_the_demo_prints(capsys):
    [shown] = re.findall(r'```\n\$ kubectl dog rollout deploy/ledger\n(.*?)\n```', README, re.S)
    assert program.main(['demo', '--instant']) == 1
    assert capsys.readouterr().out.strip('\n') == shown.strip('\n')


@pytest.mark.parametrize('command', COMMANDS)
def test_every_command_shown_is_understood(command):
    assert parse(shlex.split(command)).run


@pytest.mark.parametrize('page', ('README.md', 'CONTRIBUTING.md'))
def test_pages_install_pinned_versions_from_existing_files(page):
    text = ROOT.joinpath(page).read_text(encoding='utf-8')
    files = re.findall(r'-r (\S+\.txt)', text)
    assert 'tests/requirements/test.txt' in files
    assert all(ROOT.joinpath(file).is_file() for file in files)
    assert 'pip install --no-deps --no-build-isolation -e .' in text


def test_readme_contains_commands():
    assert len(COMMANDS) >= 6


@pytest.mark.parametrize('code', (0, 1, 2, 3, 4, 5, 6, 70, 141))
def test_every_exit_code_is_explained(code):
    assert f'\n| {code} |' in README
