"""No expression of ours can be held up by what it reads: its time grows as the text does."""

from __future__ import annotations

import re
from functools import partial
from time import thread_time

import pytest

from tests import expressions

# What grows faster than with the square shows in the first of these, before it would never end.
TINY = (20, 100, 1_000)
SMALL, LARGE = 10_000, 100_000
# Seconds of CPU. What takes less for the small text is harmless for the large one even if it grows
# with the square; what takes less for the large one is harmless anyway.
QUICK, FINE, BAD = 0.004, 0.15, 0.3
# Ten times the text may take ten times as long; a busy machine blurs that, and 100 is the square.
RATIO = 30.0

ALL = expressions.collect()


def seconds(run, text, tries=1):
    best = float('inf')
    for _ in range(tries):
        began = thread_time()
        run(text)
        best = min(best, thread_time() - began)
    return best


def growth(run, make):
    """The size and the seconds, or the seconds for two sizes, where these are out of proportion."""
    for size in TINY:
        text = make(size)
        if seconds(run, text) > QUICK and seconds(run, text, tries=3) > QUICK:
            return size, QUICK
    text = make(SMALL)
    small = seconds(run, text)
    if small >= BAD:
        return SMALL, small
    if small < QUICK:
        return None
    small = seconds(run, text, tries=3)
    large = seconds(run, make(LARGE))
    return (small, large) if large > max(FINE, RATIO * small) else None


def too_slow(expression):
    """What holds it up, first of all: the method, the text, and the seconds for both sizes."""
    for method, run in expressions.runs(expression):
        for fragment in expressions.fragments(expression.compiled):
            found = growth(run, partial(expressions.text, expression.compiled, fragment))
            if found:
                return method, fragment, found
    return None


@pytest.mark.parametrize(
    'expression', ALL, ids=lambda one: f'{one.where}-{one.compiled.pattern!r:.30}'
)
def test_each_expression_takes_a_time_that_grows_as_the_text_does(expression):
    assert too_slow(expression) is None


def test_no_expression_is_hidden_from_this_test():
    assert list(expressions.hidden()) == []
    assert len(ALL) > 100
    assert {
        'kubectl_dog.causes.log_excerpt._TELLING',
        'kubectl_dog.causes.admission_errors._PATTERNS',
    } <= {one.where for one in ALL}


@pytest.mark.parametrize(
    ('pattern', 'method'),
    (
        (r'/\S*/volumes/\S+', 'sub'),
        (r'\w+(Error|Exception)\b', 'search'),
        (r"policy '[^']*' .*?denied", 'search'),
        (r'storageclass\S* "', 'search'),
        (r'[0-9]*\.?[0-9]*', 'fullmatch'),
        (r'(a|a)+b', 'match'),
        (r'a\s*:?\s*', 'fullmatch'),
    ),
)
def test_expressions_that_are_not_linear_are_caught(pattern, method):
    bad = expressions.Expression('here', re.compile(pattern), (method,))
    assert too_slow(bad) is not None
