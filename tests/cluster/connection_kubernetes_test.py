"""The rows of docs/connection.md once more, with the official client as the connection.

docs/library.md documents where it behaves differently from the `kubeconfig` connection.
"""

from __future__ import annotations

import re

import pytest

from tests.page import ROOT

from .connection.outcomes import ROWS

PAGE = (ROOT / 'docs' / 'library.md').read_text(encoding='utf-8')
DOCUMENTED = set(re.findall(r'^\| ([^|]+) \| [^|]+ \| [^|]+ \|$', PAGE, re.MULTILINE))
OTHER = ('--connection', 'kubernetes')


@pytest.fixture(scope='module')
def results(rows, our_outcomes):
    """(title, (outcome of our connection, outcome of the official client)) of each row."""
    theirs = rows.outcomes('kubernetes', words=OTHER)
    return [(row.title, pair) for row, pair in zip(ROWS, zip(our_outcomes, theirs))]


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
