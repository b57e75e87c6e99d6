"""The examples of docs/rollout.md are lines of recorded rollouts."""

from __future__ import annotations

import re

import pytest

from tests.page import ROOT
from tests.unit.corpus import corpus

SECTION = '## What the revision changed'
RECORDINGS = (
    'failed/update-changes-the-path-of-a-probe',
    'failed/update-lowers-the-memory-limit',
    'failed/update-of-a-generated-configmap',
    'failed/update-removes-a-variable',
    'failed/update-with-another-configmap',
)
PAGE = ROOT.joinpath('docs', 'rollout.md').read_text(encoding='utf-8')
EXAMPLES = re.findall(r'^    (.+)$', PAGE.partition(SECTION)[2].partition('\n## ')[0], re.M)


@pytest.fixture(scope='module')
def lines():
    outputs = [corpus.replay(corpus.path_of(name), 'plain')[1] for name in RECORDINGS]
    return {
        line.partition('WHY')[2].strip() or line.strip() for line in '\n'.join(outputs).split('\n')
    }


def test_the_section_has_examples():
    assert len(EXAMPLES) == 6


@pytest.mark.parametrize('example', EXAMPLES)
def test_examples_are_lines_of_recorded_rollouts(example, lines):
    assert example in lines
