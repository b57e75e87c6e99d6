"""What docs/rules.md shows is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from kubectl_dog.rules import rule_text
from kubectl_dog.trackers.declarative import parse_rules
from kubectl_dog.trackers.declarative import parse_tests
from tests.unit.trackers.customs import cases

DOCUMENT = Path(__file__).parents[3].joinpath('docs', 'rules.md').read_text(encoding='utf-8')
BLOCKS = re.findall(r'```yaml( object: (\w+))?\n(.*?)```', DOCUMENT, re.S)


def examples():
    rules = []
    for _, state, block in BLOCKS:
        if state:
            yield rules, yaml.safe_load(block), state
        else:
            rules = rule_text.parse_rule_text(block, 'docs/rules.md')


@pytest.mark.parametrize(('rules', 'obj', 'state'), list(examples()))
def test_the_examples_are_judged_as_they_say(rules, obj, state):
    assert any(rule.fits(cases.resource(obj)) for rule in rules)
    assert cases.outcome(cases.play(obj, rules))[0] == state


def test_examples_were_found():
    assert len(list(examples())) == 8


@pytest.mark.parametrize(
    'field', (*parse_rules._RULE_KEYS, *parse_rules._CLAUSE_KEYS, *parse_tests.TESTS)
)
def test_every_field_is_documented(field):
    assert f'`{field}' in DOCUMENT
