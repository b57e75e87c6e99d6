"""docs/agents.md matches the program."""

from __future__ import annotations

import json
import re
import sys

import pytest

from kubectl_dog.cli import main as program
from kubectl_dog.model import verdicts
from kubectl_dog.output import agent_variables
from kubectl_dog.recording import kept_recordings
from tests.page import ROOT

PAGE = ROOT.joinpath('docs', 'agents.md').read_text(encoding='utf-8')
ROWS = re.findall(r'^\| ([\d, ]+) \| (\w+) \|', PAGE, re.M)
CLASSES = {int(code): name for codes, name in ROWS for code in codes.split(',')}


def test_the_transcript_is_what_the_demo_prints(monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['kubectl-dog'])
    [shown] = re.findall(r'```\n(VERDICT .*?)```', PAGE, re.S)
    assert program.main(['demo', '--instant', '--brief']) == 1
    assert capsys.readouterr().out == shown


def test_every_variable_is_listed():
    section = PAGE.partition('### The default for agents')[2].partition('###')[0]
    names = re.findall(r'`([A-Z_]+)`', section)
    assert sorted(names) == sorted([*agent_variables.VARIABLES, agent_variables.GENERIC])


def test_retention_is_that_of_the_program():
    text = ' '.join(PAGE.split())
    assert f'older than {kept_recordings.MAX_AGE / 86_400:g} days' in text
    assert f'newest {kept_recordings.MAX_FILES} are kept' in text
    assert f'at most {kept_recordings.MAX_BYTES / 2**20:g} MiB' in text


def test_classes_of_exit_codes_are_the_contract():
    classes = {name: sorted(code for code in CLASSES if CLASSES[code] == name) for _, name in ROWS}
    assert classes == {
        'done': [0],
        'broken': sorted(verdicts.BROKEN),
        'unknown': sorted(verdicts.UNKNOWN),
        'stopped': [129, 130, 141, 143],
    }
    assert set(verdicts.EXIT_CODES.values()) <= set(CLASSES)


@pytest.mark.parametrize(
    ('name', 'meaning'),
    (
        ('broken', 'is broken'),
        ('unknown', 'is unknown'),
        ('done', 'is done'),
        ('stopped', 'stopped'),
    ),
)
def test_meaning_of_an_exit_code_is_its_class(name, meaning):
    codes = [code for code in CLASSES if CLASSES[code] == name]
    assert codes and all(meaning in verdicts.exit_code_meaning(code) for code in codes)


def test_fields_of_explain_are_listed(capsys):
    program.main(['explain', 'CrashLoop', '-o', 'json'])
    [item] = json.loads(capsys.readouterr().out)['items']
    section = PAGE.partition('## Explain a code')[2]
    assert set(item) <= set(re.findall(r'`(\w+)`', section))
