"""Compare kubectl and kubectl dog with the same kubeconfig, and write docs/connection.md.

`KUBECTL_DOG_WRITE=1 pytest --cluster tests/cluster/connection_table_test.py` writes the document;
otherwise it must be what is there.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .connection import table
from .connection.outcomes import ROWS
from .harness import paths

DOCUMENT = Path(__file__).parents[2] / 'docs' / 'connection.md'


@pytest.fixture(scope='module')
def kubectl():
    """The harness's kubectl: the document names its version."""
    program = paths.bin_dir() / 'kubectl'
    if not os.access(program, os.X_OK):
        pytest.skip('Needs the kubectl of the harness: `python -m tests.cluster build`.')
    return program


@pytest.fixture(scope='module')
def results(kubectl, rows, our_outcomes):
    """The outcomes of both programs, for each row."""
    theirs = rows.outcomes('kubectl', program=kubectl)
    return list(map(table.Result, ROWS, theirs, our_outcomes))


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
