from __future__ import annotations

import re
import time

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.safe_regex import matcher

TEXTS = (
    '',
    'a',
    'error',
    'an error: timeout',
    'took 12ms',
    'took ms',
    'aaa',
    'aaab',
    'x=1, y=22',
    'ERROR',
    'GET /a/b 200',
    'foo bar baz',
    'bar foo',
    'no_word',
    'ü',
    '2026-11-22',
    'a.b',
    '\t\x1b[1m',
)
PATTERNS = (
    '',
    'error',
    'error|time',
    'err.*out',
    'f.*o.*r$',
    '^b.*f.*o',
    'a.*(b|=).*[0-9]',
    r'took \d+ms',
    '^a+$',
    '^a*$',
    'a{2,3}b',
    '(a+)+b',
    '(a|a)*b',
    '(a|aa)+$',
    r'\bfoo\b',
    r'foo\B',
    '(?i)error',
    '(?i)e.*r:',
    '.*foo.*ba[rz]',
    r'(\w+=\d+,? ?)+',
    '[^a]$',
    r'\d+-\d+-\d+',
    r'^\S+ /.*\s2\d\d$',
    'foo.*?ba.*?z',
    r'\w*\W\w+',
    '(?:ab?)*$',
    'a?a?a?aaa',
    '(x|y)=(?P<n>.+)2',
    r'\A.+b\Z',
    '(?i:ER+)or',
    '(?s)..',
    '()*x',
    'a*b*c*d*e*$',
    '[a-f]+[0-9]*$',
    r'(\bfoo|bar\b).*z',
    '(?i:E+)[rx]*o+r',
    r'(fo+\b|r)+\B *b',
)


@pytest.mark.parametrize('pattern', PATTERNS)
def test_matches_like_the_standard_library(pattern):
    matches = matcher(pattern)
    for text in TEXTS:
        assert bool(matches(text)) == bool(re.search(pattern, text)), text


@pytest.mark.parametrize(
    ('pattern', 'text'),
    (
        ('(a+)+b', 'a' * 16_000),
        ('(a|a)*b', 'a' * 16_000),
        ('(a*)*b', 'a' * 16_000),
        ('.*.*.*=.*x', '=' * 16_000),
        (r'\d+ms', '1' * 16_000),
        (r'x\d+\d+\d+ms', 'x' + '1' * 16_000),
        (r'^(\w+\s?)*$', 'word ' * 3_000 + '!'),
        ('a?' * 30 + 'a' * 30, 'a' * 29),
        ('(?i)(x+x+)+y', 'X' * 16_000),
        ('([a-z]+)+[0-9]$', 'abcdefgh' * 2_000 + '!'),
    ),
)
def test_no_line_takes_long(pattern, text):
    matches = matcher(pattern)
    began = time.process_time()
    assert not matches(text)
    assert time.process_time() - began < 0.25


@pytest.mark.parametrize(
    ('pattern', 'reason'),
    (
        ('(', 'not a regular expression: '),
        ('*', 'not a regular expression: '),
        (r'(a)\1', 'bounded time: it refers back to a group'),
        ('(?=a)b', 'bounded time: it looks ahead or behind'),
        ('(?<!a)b', 'it looks ahead or behind'),
        ('a++b', 'it has atomic groups or possessive repeats|multiple repeat'),
        ('c(a{1,500}){1,500}b', 'it is too large'),
        ('a' + 'b?' * 5_000 + 'c', 'it is too large'),
        ('((a{99999}){99999}){99999}b', 'it is too large'),
    ),
)
def test_refuses_unsupported_patterns(pattern, reason):
    with pytest.raises(UserError, match=reason):
        matcher(pattern)


def test_takes_bounded_memory_for_any_text():
    matches = matcher('(x.*)+yy$')
    for start in range(0, 60_000, 3_000):
        assert not matches('xyy' + ''.join(map(chr, range(start + 1, start + 3_001))) + 'y')


def test_python_prints_no_warning_about_a_pattern(recwarn):
    assert matcher('[[a]')('[')
    assert not recwarn.list
