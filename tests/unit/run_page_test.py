"""docs/run.md shows a rollback of helm; with `KUBECTL_DOG_WRITE=1`, this test writes it.

`python -m tests.cluster.record_run` records it. The recording does not contain what helm prints.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys

from kubectl_dog.cli.main import main
from kubectl_dog.cli.parser import parse
from tests.page import ROOT

PAGE = ROOT / 'docs' / 'run.md'
RECORDINGS = ROOT / 'tests' / 'unit' / 'run_recordings'
BLOCK = re.compile(r'(<!-- generated: .*-->\n```text\n)(.*?)(```\n)', re.S)
COMMAND = 'helm upgrade shop ./shop --atomic --timeout 15s --set version=1.5,schema=41'


def transcript():
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = main(['replay', '--instant', str(RECORDINGS / 'helm-rollback.jsonl')])
    lines = output.getvalue().splitlines()
    # It is the last line that helm prints.
    [end] = [at for at, line in enumerate(lines) if 'helm has ended' in line]
    message = (RECORDINGS / 'helm-rollback.txt').read_text(encoding='utf-8').rstrip('\n')
    shown = [f'$ kubectl dog run -- {COMMAND}', *lines[:end], message, *lines[end:]]
    return code, ''.join(f'{line}\n' for line in shown)


def test_the_page_shows_the_recorded_run(monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['kubectl-dog'])
    code, text = transcript()
    page = PAGE.read_text(encoding='utf-8')
    if os.environ.get('KUBECTL_DOG_WRITE'):
        page = BLOCK.sub(lambda match: f'{match[1]}{text}{match[3]}', page)
        PAGE.write_text(page, encoding='utf-8')
    assert BLOCK.search(page)[2] == text
    assert code == 1
    why = text.partition('WHY')[2]
    assert 'schema version is 41, need 42' in why
    assert 'was rolled back' in why


def test_every_command_of_the_page_is_understood():
    blocks = re.findall(r'```sh\n(.*?)```', PAGE.read_text(encoding='utf-8'), re.S)
    commands = [line.partition(' | jq')[0] for block in blocks for line in block.splitlines()]
    for command in commands:
        assert command.startswith('kubectl dog ')
        assert parse(shlex.split(command)[2:]).command
    assert len(commands) == 4
