"""Which interpreters compile."""

from __future__ import annotations

import pytest

from tests.artefacts import import_module


@pytest.fixture
def pythons(tier, monkeypatch):
    told = import_module('pythons')
    monkeypatch.setattr(told, '_asked', lambda path: told.Python(path, f'{path}.1'))
    return told


def test_a_python_that_came_later_may_be_given(pythons):
    given = ['3.14', '3.8', *(f'3.{minor}' for minor in reversed(pythons.MINORS))]
    assert [one.minor for one in pythons.found(given)] == [*pythons.MINORS, 14]


def test_a_python_that_is_missing_is_named(pythons):
    with pytest.raises(Exception, match=r'^there is no Python 3\.9, 3\.10 here: install it'):
        pythons.found(['3.11', '3.12', '3.13'])
