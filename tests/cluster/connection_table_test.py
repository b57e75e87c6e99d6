"""Compare kubectl and kubectl dog with the same kubeconfig, and write docs/connection.md.

`KUBECTL_DOG_WRITE=1 pytest --cluster tests/cluster/connection_table_test.py` writes the document;
otherwise it must be what is there.
"""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .connection import rows_exec
from .connection import rows_files
from .connection import rows_identity
from .connection import rows_network
from .connection import table
from .connection import world as worlds
from .connection.pki import Pki
from .harness import paths

MODULES = (rows_files, rows_exec, rows_identity, rows_network)
ROWS = [row for module in MODULES for row in worlds.ROWS if row.make.__module__ == module.__name__]
DOCUMENT = Path(__file__).parents[2] / 'docs' / 'connection.md'


@pytest.fixture(scope='module')
def kubectl():
    """The harness's kubectl: the document names its version."""
    program = paths.bin_dir() / 'kubectl'
    if not os.access(program, os.X_OK):
        pytest.skip('Needs the kubectl of the harness: `python -m tests.cluster build`.')
    if not shutil.which('openssl'):
        pytest.skip('Needs openssl.')
    return program


@pytest.fixture(scope='module')
def results(kubectl, tmp_path_factory):
    """The outcomes of both programs, for each row."""
    folder = tmp_path_factory.mktemp('rows')
    (folder / 'pki').mkdir()
    pki = Pki(folder / 'pki')

    def run(number):
        row = ROWS[number]
        programs = (None,) if row.ours_only else (kubectl, None)
        outcomes = [
            _run_row(row, folder / f'{number}-{bool(program)}', pki, program)
            for program in programs
        ]
        return table.Result(row, outcomes[0] if len(outcomes) > 1 else None, outcomes[-1])

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(run, range(len(ROWS))))


def _run_row(row, folder, pki, program):
    world = worlds.World(folder, pki)
    try:
        return world.run(program, row.make(world))
    finally:
        world.close()


@pytest.mark.parametrize(
    'number', range(len(ROWS)), ids=[f'{row.section}: {row.title}' for row in ROWS]
)
def test_where_we_differ_there_is_a_reason(results, number):
    result = results[number]
    if result.kubectl is None:
        return
    details = f'kubectl: {result.kubectl}\nkubectl dog: {result.ours}'
    assert result.same or result.row.reason, details
    assert not (result.same and result.row.reason), f'no need for a reason any more\n{details}'


def test_rows_of_our_own_work(results):
    assert all(
        not result.ours.summary.startswith('error') for result in results if not result.kubectl
    )


def test_no_sentence_is_a_defect(results):
    assert not [result.ours for result in results if 'Traceback' in result.ours.message]


def test_the_document_is_what_was_seen(results):
    text = table.document(results, paths.VERSION)
    if os.environ.get('KUBECTL_DOG_WRITE'):
        DOCUMENT.write_text(text, encoding='utf-8')
    assert DOCUMENT.read_text(encoding='utf-8') == text
