"""The commands and scripts of docs/on-failure.md work, with fakes of kubectl and curl."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess

import pytest

from kubectl_dog.cli import failure_command
from kubectl_dog.cli.parser import parse
from kubectl_dog.model import events
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.verdicts import NOT_UPDATED
from kubectl_dog.model.verdicts import Verdict
from tests.page import ROOT
from tests.unit import run_records
from tests.unit.needs import posix
from tests.unit.run_records import WEB

PAGE = ROOT.joinpath('docs', 'on-failure.md').read_text(encoding='utf-8')
SCRIPTS = dict(re.findall(r'^```sh (\S+)\n(.*?)^```$', PAGE, re.M | re.S))
COMMANDS = re.findall(r'^    kubectl dog (.*)$', PAGE, re.M)
KUBECTL = """#!/bin/sh
echo "$@" >>{log}
if [ "$1" = get ]; then echo {revision}; fi
"""
CURL = """#!/bin/sh
for last; do :; done
printf '%s ' "$last" >{log}
cat >>{log}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A current folder with the scripts of the page; PATH starts with its folder bin."""
    for name, text in SCRIPTS.items():
        write(tmp_path / name, text)
    tmp_path.joinpath('bin').mkdir()
    monkeypatch.setenv('PATH', f'{tmp_path}/bin{os.pathsep}{os.environ["PATH"]}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path, text):
    path.write_text(text, encoding='utf-8')
    path.chmod(0o755)


def call(script, end=None):
    """Run a script as after a crash loop of revision 7, or after another end."""
    seen = events.RevisionSeen(0.0, WEB, Revision('7'), 1)
    record = run_records.record(seen, end or run_records.ended())
    summary = {
        'exitCode': 1,
        'verdicts': [
            {'target': {'kind': 'Deployment', 'name': 'web'}, 'verdict': 'failed'},
            {'target': {'kind': 'Deployment', 'name': 'api'}, 'verdict': 'ready'},
        ],
    }
    variables = failure_command.environment_of(record, '')
    return subprocess.run(
        [f'./{script}'],
        env={**os.environ, **variables, 'WEBHOOK_URL': 'https://chat.example/hook'},
        input=json.dumps(summary),
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@posix
@pytest.mark.usefixtures('folder')
@pytest.mark.parametrize('command', COMMANDS)
def test_every_command_is_understood(command):
    assert parse(shlex.split(command)).on_failure.words


@posix
def test_the_short_form_of_undo_is_understood(folder):
    write(folder / 'bin' / 'kubectl', '')
    [command] = re.findall(r"`--on-failure '(.*?)'`", PAGE)
    assert failure_command.parse(command).path == f'{folder}/bin/kubectl'


def test_every_variable_has_a_row():
    names = re.findall(r'^\| `(\w+)` \|', PAGE, re.M)
    assert names == [*failure_command.environment_of(run_records.failed(), '')]


def test_every_verdict_has_a_row():
    rows = re.findall(r'^\| ([a-z ,]+) \| ([\d, ]+) \| (yes|no)\b', PAGE, re.M)
    runs = {name: run == 'yes' for names, _, run in rows for name in names.split(', ')}
    for verdict in (Verdict.FAILED, Verdict.TIMED_OUT, Verdict.DELETED, Verdict.NEVER_APPEARED):
        assert runs[verdict.value.replace('-', ' ')]
    assert not any(runs[name] for name in ('paused', 'no access', 'interrupted'))


@posix
@pytest.mark.parametrize(('current', 'is_undone'), (('7', True), ('8', False)))
def test_only_the_failed_revision_is_undone(folder, current, is_undone):
    log = folder / 'log'
    write(folder / 'bin' / 'kubectl', KUBECTL.format(log=log, revision=current))
    printed = call('undo.sh')
    assert ('nothing is undone' in printed) is not is_undone
    _, *others = log.read_text().splitlines()
    assert others == ['rollout undo deploy/web -n shop'] * is_undone


@posix
def test_the_revision_that_works_is_not_undone_if_nothing_was_applied(folder):
    write(folder / 'bin' / 'kubectl', KUBECTL.format(log=folder / 'log', revision='7'))
    end = run_records.ended(verdict=Verdict.NEVER_APPEARED)._replace(reason=NOT_UPDATED)
    assert 'nothing is undone' in call('undo.sh', end)
    assert 'undo' not in (folder / 'log').read_text()


@posix
@pytest.mark.skipif(shutil.which('jq') is None, reason='The script needs jq.')
def test_the_message_is_posted(folder):
    write(folder / 'bin' / 'curl', CURL.format(log=folder / 'log'))
    call('notify.sh')
    url, body = (folder / 'log').read_text().strip().split(' ', 1)
    assert url == 'https://chat.example/hook'
    assert f'`{body}`' in PAGE
