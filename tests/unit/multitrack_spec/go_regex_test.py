from __future__ import annotations

import re

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.multitrack_spec.go_regex import for_all
from kubectl_dog.multitrack_spec.go_regex import regex


@pytest.mark.parametrize(
    'pattern',
    ('', 'ERROR|FATAL', '(?i)error', r'^\d{2,}', '[[]', r'\[:a:\]', '(?P<a>x)', r'\{,3\}', '=='),
)
def test_expressions_with_the_same_meaning_are_accepted(pattern):
    assert regex(pattern, '$') == pattern


@pytest.mark.parametrize(
    ('pattern', 'problem'),
    (
        ('(', "'(' is no regular expression of Python, which differ from those of RE2: "),
        (r'\pL', 'is no regular expression of Python'),
        (r'\Qa.b\E', 'is no regular expression of Python'),
        ('(?U)a+', 'is no regular expression of Python'),
        ('a{99999999999}', 'is no regular expression of Python'),
        ('[[:digit:]]+', "'[[:digit:]]+' has [:digit:], which only RE2 knows"),
        ('[[:^space:]]', 'has [:^space:], which only RE2 knows'),
        ('a{,3}', 'has {,3}, which RE2 takes as it stands'),
        ('(?=a)', 'has (?=, which RE2 does not know'),
        ('(?<!a)b', 'has (?<!, which RE2 does not know'),
        ('(?P<a>x)(?P=a)', 'has (?P=, which RE2 does not know'),
        (1, 'must be text'),
    ),
)
def test_expressions_with_different_meanings_are_errors(pattern, problem):
    with pytest.raises(UserError, match=f'^{re.escape("$.LogRegex: ")}.*{re.escape(problem)}'):
        regex(pattern, '$.LogRegex')


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
