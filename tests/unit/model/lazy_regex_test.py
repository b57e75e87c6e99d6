from __future__ import annotations

import re

import pytest

from kubectl_dog.model.lazy_regex import lazy_compile


def test_works_like_a_pattern():
    lazy = lazy_compile('(A)b', re.I)
    assert lazy.fullmatch('ab')[1] == 'a'
    assert lazy.search('xAb').start() == 1
    assert lazy.sub('-', 'abAB') == '--'
    assert lazy.pattern == '(A)b'


def test_compiles_at_the_first_use():
    wrong = lazy_compile('(')
    with pytest.raises(re.error):
        wrong.search('')


def test_looks_up_a_method_once():
    lazy = lazy_compile('a')
    assert lazy.search is lazy.search


def test_has_only_the_attributes_of_patterns():
    with pytest.raises(AttributeError):
        lazy_compile('a').nothing  # noqa: B018
