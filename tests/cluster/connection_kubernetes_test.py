"""The rows of docs/connection.md once more, with the official client as the connection.

docs/library.md documents where it behaves differently from the `kubeconfig` connection.
"""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.page import ROOT

from .connection import world as worlds
from .connection.pki import Pki
from .connection_table_test import ROWS

PAGE = (ROOT / 'docs' / 'library.md').read_text(encoding='utf-8')
DOCUMENTED = set(re.findall(r'^\| ([^|]+) \| [^|]+ \| [^|]+ \|$', PAGE, re.MULTILINE))
OTHER = ('--connection', 'kubernetes')


@pytest.fixture(scope='module')
def results(tier, tmp_path_factory):
    """(title, [outcome of our connection, outcome of the official client]) of each row."""
    if not shutil.which('openssl'):
        pytest.skip('Needs openssl.')
    folder = tmp_path_factory.mktemp('rows')
    (folder / 'pki').mkdir()
    pki = Pki(folder / 'pki')

    def run(number):
        row = ROWS[number]
        return row.title, [
            _run_row(row, folder / f'{number}-{len(words)}', pki, words) for words in ((), OTHER)
        ]

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(run, range(len(ROWS))))


def _run_row(row, folder, pki, words):
    world = worlds.World(folder, pki)
    try:
        case = row.make(world)
        return world.run(None, case._replace(args=(*case.args, *words)))
    finally:
        world.close()


def test_what_it_does_differently_is_documented(results):
    different = {title: pair for title, pair in results if pair[0].summary != pair[1].summary}
    assert not {title: pair for title, pair in different.items() if title not in DOCUMENTED}


def test_nobody_is_asked_for_where_somebody_should_be(results):
    assert not [
        title
        for title, (ours, theirs) in results
        if 'nobody' in theirs.summary and 'nobody' not in ours.summary
    ]


def test_no_sentence_is_a_defect(results):
    assert not [pair[1] for _, pair in results if 'Traceback' in pair[1].message]
