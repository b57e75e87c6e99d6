"""The recorded scenarios end with the same verdict, cause and exit code as before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.corpus import corpus

CLUSTER = Path(__file__).parents[2] / 'cluster'
SCENARIOS = {
    f'{path.parent.name}/{path.stem}': path
    for folder in ('scenarios', 'operators')
    for path in (CLUSTER / folder).glob('*/*.yaml')
}


@pytest.fixture(scope='module')
def table():
    return corpus.expected()


@pytest.mark.parametrize('name', corpus.names())
def test_recording_ends_as_before(table, name, capsys):
    assert corpus.endings(name) == table.get(name)
    # A warning here says that the recording breaks off.
    assert capsys.readouterr().err == ''


def test_every_scenario_is_recorded_and_in_the_table(table):
    assert set(SCENARIOS) == set(corpus.names()) == set(table)


def test_table_has_the_verdict_and_the_cause_of_each_scenario(table):
    contradictions = []
    for name, endings in table.items():
        cause = re.search(r'^cause: (\w+)', SCENARIOS[name].read_text('utf-8'), re.M)
        wanted = (name.split('/')[0], cause[1] if cause else None)
        verdicts = {(ending.verdict, ending.cause if cause else None) for ending in endings}
        if wanted not in verdicts:
            contradictions.append((name, wanted, verdicts))
    assert contradictions == []


@pytest.mark.parametrize(
    ('text', 'normalized'),
    [
        ('web-597587cd98-x7k2p', 'web-<hash>'),
        ('web-597587cd98', 'web-<hash>'),
        ('pod web-x7k2p is', 'pod web-<hash> is'),
        ('db-credentials', 'db-credentials'),
        ('web-0', 'web-0'),
        ('two\nlines\tof text', 'two lines of text'),
    ],
)
def test_names_are_normalized(text, normalized):
    assert corpus._normalized(text) == normalized
