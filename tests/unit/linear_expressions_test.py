"""Every regular expression of the package takes time in proportion to the length of the text."""

from __future__ import annotations

import re
from functools import partial
from time import thread_time

import pytest

from tests import expressions

# Sizes of texts, in characters. Exponential and cubic time shows in the tiny texts, which take less
# than a second for those expressions, too.
TINY = (20, 100, 1_000)
SMALL, MEDIUM, LARGE = 10_000, 40_000, 100_000
# Seconds of CPU. An expression that takes less than QUICK for the small text is fast enough for the
# large one even if it is quadratic, and so is one that takes less than FINE for the large text.
QUICK, FINE, BAD = 0.004, 0.15, 0.1
# Ten times the text may take ten times as long, or a bit more on a busy machine; a quadratic
# expression exceeds that four times for the medium text, and ten times for the large one.
EXCESS = 3.0

ALL = expressions.collect()


def seconds(run, text, tries=1):
    best = float('inf')
    for _ in range(tries):
        began = thread_time()
        run(text)
        best = min(best, thread_time() - began)
    return best


def excessive_time(run, text_of):
    """(size, seconds) of a text that takes too long, or None; `text_of` makes a text of a size."""
    for size in TINY:
        text = text_of(size)
        if seconds(run, text) > QUICK and seconds(run, text, tries=3) > QUICK:
            return size, QUICK
    text = text_of(SMALL)
    small = seconds(run, text)
    if small >= BAD:
        return SMALL, small
    if small < QUICK:
        return None
    small = seconds(run, text, tries=3)
    for size in (MEDIUM, LARGE):
        large = seconds(run, text_of(size))
        if large > max(FINE, EXCESS * small * size / SMALL):
            return size, large
        if large * (LARGE / size) ** 2 < FINE:
            return None
    return None


def too_slow(expression):
    """The first (method, fragment, (size, seconds)) that takes too long, or None."""
    for method, run in expressions.runs(expression):
        for fragment in expressions.fragments(expression.compiled):
            text_of = partial(expressions.text, expression.compiled, fragment)
            excess = excessive_time(run, text_of)
            if excess:
                return method, fragment, excess
    return None


@pytest.mark.parametrize(
    'expression', ALL, ids=lambda value: f'{value.where}-{value.compiled.pattern!r:.30}'
)
def test_every_expression_takes_linear_time(expression):
    assert too_slow(expression) is None


def test_all_expressions_of_the_package_are_tested():
    assert list(expressions.hidden()) == []
    assert len(ALL) > 100
    assert {
        'kubectl_dog.causes.log_excerpt._ERROR_WORDS',
        'kubectl_dog.causes.admission_errors._PATTERNS',
    } <= {expression.where for expression in ALL}


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
def test_detects_expressions_that_are_not_linear(pattern, method):
    bad = expressions.Expression('here', re.compile(pattern), (method,))
    assert too_slow(bad) is not None
