from __future__ import annotations

import re

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.fields import Field
from kubectl_dog.model.go_regex import for_all
from kubectl_dog.model.go_regex import regex


@pytest.mark.parametrize(
    'pattern',
    ('', 'ERROR|FATAL', '(?i)error', r'^\d{2,}', '[[]', r'\[:a:\]', '(?P<a>x)', r'\{,3\}', '=='),
)
def test_expressions_with_the_same_meaning_are_accepted(pattern):
    assert regex(Field(pattern)) == pattern


@pytest.mark.parametrize(
    ('pattern', 'problem'),
    (
        ('(', '"(" is not a regular expression in Python: '),
        (r'\pL', 'is not a regular expression in Python'),
        (r'\Qa.b\E', 'is not a regular expression in Python'),
        ('(?U)a+', 'is not a regular expression in Python'),
        ('a{99999999999}', 'is not a regular expression in Python'),
        ('[[:digit:]]+', '"[[:digit:]]+" has [:digit:], which only RE2 supports'),
        ('[[:^space:]]', 'has [:^space:], which only RE2 supports'),
        ('a{,3}', 'has {,3}, which is literal text for RE2'),
        ('(?=a)', 'has (?=, which RE2 does not support'),
        ('(?<!a)b', 'has (?<!, which RE2 does not support'),
        ('(?P<a>x)(?P=a)', 'has (?P=, which RE2 does not support'),
        (1, 'must be text'),
    ),
)
def test_expressions_with_different_meanings_are_errors(pattern, problem):
    with pytest.raises(UserError, match=f'^LogRegex: .*{re.escape(problem)}'):
        regex(Field(pattern, 'LogRegex'))


@pytest.mark.parametrize(
    ('pattern', 'line'),
    (
        ('level=error', 'level=error'),
        (r'level\=error', 'level=error'),
        (r'\\=', '\\='),
        ('[=:]', 'a=b'),
    ),
)
def test_an_equals_sign_makes_it_no_container_s(pattern, line):
    assert '=' not in for_all(pattern)
    assert re.search(pattern, line)
    assert re.search(for_all(pattern), line)
    assert not re.search(for_all(pattern), 'level error')
