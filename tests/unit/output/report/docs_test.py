"""docs/reports.md matches the program."""

from __future__ import annotations

import json
import re

from kubectl_dog.cli import main as program
from kubectl_dog.cli import report_files
from kubectl_dog.output.report import report_kinds
from tests import schema
from tests import timeline

PAGE = (schema.DOCS / 'reports.md').read_text(encoding='utf-8')


def test_every_kind_has_a_row_with_its_file():
    rows = dict(re.findall(r'^\| `(\w+)` \| `([\w.]+)` \|', PAGE, re.M))
    for kind, entry in report_kinds.KINDS.items():
        assert rows[kind] == entry.file_name
    assert f'`{report_files.RECORDING}`' in PAGE


def test_the_example_prints_what_is_shown(tmp_path, capsys):
    command, printed = re.search(
        r'^    \$ kubectl dog (demo .*) >/dev/null\n.*\n    (.*)\n', PAGE, re.M
    ).groups()
    words = command.replace('web.json', f'{tmp_path}/web.json').split()
    assert program.main(words) == 1
    capsys.readouterr()
    (target,) = json.loads((tmp_path / 'web.json').read_text())['targets']
    name, verdict, code = target['target']['name'], target['verdict'], target['cause']['code']
    assert f'{name} {verdict}: {code}' == printed


def test_the_picture_is_that_of_the_recording():
    # After a change: python -m tests.timeline
    assert timeline.FILE.read_text(encoding='utf-8') == timeline.draw()
