"""The choice of the interpreters that compile byte code."""

from __future__ import annotations

import pytest

from tests.artefacts import import_module


@pytest.fixture
def pythons(tier, monkeypatch):
    module = import_module('pythons')
    read_version = module._read_version

    def answer(path):
        return read_version(path) if path.startswith('/') else module.Python(path, f'{path}.1')

    monkeypatch.setattr(module, '_read_version', answer)
    return module


def test_a_python_that_came_later_may_be_given(pythons):
    given = ['3.14', *(f'3.{minor}' for minor in reversed(pythons.MINORS))]
    assert [python.minor for python in pythons.choose(given)] == [*pythons.MINORS, 14]


def test_a_python_that_is_missing_is_named(pythons):
    with pytest.raises(Exception, match=r'^found no Python 3\.9, 3\.10: install it'):
        pythons.choose(['3.11', '3.12', '3.13'])


@pytest.mark.parametrize(
    ('given', 'message'),
    (
        (['3.8'], r'^3\.8 is Python 3\.8\.1: use 3\.9 or newer$'),
        (['/nonexistent/python'], '^cannot run /nonexistent/python: pass the path'),
        (['/bin/false'], '^cannot run /bin/false'),
    ),
)
def test_what_is_given_and_is_no_use_is_named(pythons, given, message):
    with pytest.raises(Exception, match=message):
        pythons.choose(given)
