"""docs/check.md shows what a check of its example prints; the cluster tier writes the page."""

from __future__ import annotations

import contextlib
import io
import re

from kubectl_dog import api
from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.cli.main import main
from tests.page import ROOT
from tests.unit.api_server import ApiServer
from tests.unit.checked import SHOP
from tests.unit.checked import node
from tests.unit.checked import obj

PAGE = (ROOT / 'docs' / 'check.md').read_text(encoding='utf-8')
COMMAND, _, OUTPUT = PAGE.partition('```text\n')[2].partition('```')[0].partition('\n')


def test_the_example_is_what_a_check_prints(monkeypatch):
    used = {'hard': {'pods': '10'}, 'used': {'pods': '0'}}
    server = ApiServer(
        SHOP,
        node(),
        obj('Secret', 'database', data={'password': ''}),
        obj('ResourceQuota', 'pods', spec={'hard': {'pods': '10'}}, status=used),
        obj('ServiceAccount', 'default'),
    )
    monkeypatch.setattr(api, 'connect', lambda **flags: server)
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(COMMAND.split()[3:]) == 1
    # On a busy machine, it takes longer.
    assert re.sub(r'^ *\d+s', '  0s', printed.getvalue()) == OUTPUT


def test_the_page_names_codes_that_exist():
    section = PAGE.partition('## What it finds')[2].partition('\nObjects')[0]
    named = re.findall(r'`([A-Z]\w+)`', section.replace('`optional`', ''))
    assert len(named) > 10
    assert set(named) <= set(CODES)
