from __future__ import annotations

import re

import pytest

from kubectl_dog.model.lazy_regex import lazy_compile


def test_it_does_what_a_pattern_does():
    lazy = lazy_compile('(A)b', re.I)
    assert lazy.fullmatch('ab')[1] == 'a'
    assert lazy.search('xAb').start() == 1
    assert lazy.sub('-', 'abAB') == '--'
    assert lazy.pattern == '(A)b'


def test_it_is_compiled_at_its_first_use():
    wrong = lazy_compile('(')
    with pytest.raises(re.error):
        wrong.search('')


def test_a_method_is_looked_up_once():
    lazy = lazy_compile('a')
    assert lazy.search is lazy.search


def test_it_has_nothing_that_patterns_lack():
    with pytest.raises(AttributeError):
        lazy_compile('a').nothing  # noqa: B018
