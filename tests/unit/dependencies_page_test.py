"""docs/dependencies.md shows a recorded run; with `KUBECTL_DOG_WRITE=1`, this test writes it."""

from __future__ import annotations

import os
import re

import pytest

from tests.page import ROOT
from tests.unit.outputs_page_test import brief
from tests.unit.outputs_page_test import fixed  # noqa: F401
from tests.unit.outputs_page_test import github
from tests.unit.outputs_page_test import plain
from tests.unit.outputs_page_test import report

PAGE = ROOT.joinpath('docs', 'dependencies.md')
DEMO = 'ten-services'
BLOCK = re.compile(r'(<!-- (\w+) -->\n````\w+\n)(?:.*?)(\n````\n)', re.S)
FORMS = {'plain': plain, 'brief': brief, 'github': github, 'junit': report('junit')}


def shown(form, folder):
    text = FORMS[form](DEMO, folder).rstrip('\n')
    # The lines that GitHub collapses are those of the log.
    return text.partition('\n::group::')[0] if form == 'github' else text


def test_page_shows_what_the_program_prints(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text(encoding='utf-8')
    text = BLOCK.sub(lambda match: match[1] + shown(match[2], tmp_path) + match[3], page)
    if os.environ.get('KUBECTL_DOG_WRITE'):
        PAGE.write_text(text, encoding='utf-8')
    assert text == PAGE.read_text(encoding='utf-8')
    assert len(BLOCK.findall(page)) == 3


@pytest.mark.parametrize('form', FORMS)
def test_the_root_is_explained_once_and_no_password_is_shown(form, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = FORMS[form](DEMO, tmp_path)
    assert text.count('10 targets wait for svc/db') == 1
    assert 's3cret' not in text
