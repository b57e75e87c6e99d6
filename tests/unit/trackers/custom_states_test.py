"""Test the states of objects of custom and built-in kinds; writes docs/kinds.md.

`KUBECTL_DOG_WRITE=1 pytest tests/unit/trackers/custom_states_test.py` writes the document.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kubectl_dog.trackers import generic
from kubectl_dog.tracking.status import from_files
from tests.unit.trackers.custom_states.table import BUILT_IN_ROWS
from tests.unit.trackers.custom_states.table import ROWS

# The share of the custom objects whose state is right without any rule, so far.
GENERIC_SHARE = 0.88
DOCUMENT = Path(__file__).parents[3] / 'docs' / 'kinds.md'
HEAD = """\
# Custom kinds

The custom kinds whose states are tested, and the field or the shipped rule that decides. A test
writes this page. Kinds that are not listed are assessed by their status
([rules](rules.md#without-a-rule)).

| group | kind | tested states | decided by |
| --- | --- | --- | --- |
"""


def ids(rows):
    return [f'{row.place} {row.kind} {row.states[0]}' for row in rows]


@pytest.mark.parametrize('row', ROWS, ids=ids(ROWS))
def test_state(row):
    status = row.status()
    assert status.state.value in row.states, status


@pytest.mark.parametrize('row', BUILT_IN_ROWS, ids=ids(BUILT_IN_ROWS))
def test_state_of_a_built_in_kind(row):
    status = row.status()
    assert status.state.value in row.states, status


def test_most_states_are_right_without_rules():
    right = 0
    for row in ROWS:
        [status] = from_files.statuses_from_objects([row.obj], lambda *_, **__: generic)
        right += status.state.value in row.states
    assert right >= GENERIC_SHARE * len(ROWS), f'{right} of {len(ROWS)}'


def test_the_document_lists_every_kind():
    kinds = {}
    for row in ROWS:
        kinds.setdefault((row.group, row.kind), []).append(row)
    lines = [_line(key, rows) for key, rows in sorted(kinds.items())]
    text = HEAD + '\n'.join(lines) + '\n'
    if os.environ.get('KUBECTL_DOG_WRITE'):
        DOCUMENT.write_text(text, encoding='utf-8')
    assert DOCUMENT.read_text(encoding='utf-8') == text


def _line(key, rows):
    statuses = [row.status() for row in rows]
    states = dict.fromkeys(status.state.value for status in statuses)
    fields = dict.fromkeys(f'`{status.decided_by}`' for status in statuses if status.decided_by)
    return f'| {key[0]} | {key[1]} | {", ".join(states)} | {", ".join(fields)} |'
