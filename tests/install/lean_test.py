"""Bundled byte code lacks only what a running program never uses."""

from __future__ import annotations

import ast

import pytest

from tests.artefacts import import_module

SOURCE = '''
"""Of the module."""
from __future__ import annotations
from typing import TYPE_CHECKING
from typing import NamedTuple
if TYPE_CHECKING:
    from nowhere import Missing

limit: Missing = 3
absent: Missing

class Point(NamedTuple):
    """Of the class."""
    x: Missing
    y: Missing = 2

    @property
    def sum(self) -> Missing:
        """All that it is."""
        total: Missing = self.x + self.y
        return total

class Open(Missing if TYPE_CHECKING else object):
    name: Missing
    size: Missing = limit

def twice(value: Missing, *more: Missing, key: Missing = 1) -> Missing:
    assert value
    return 2 * value * key
'''


@pytest.fixture
def space(tier):
    lean = import_module('lean')
    tree = lean.without_annotations(lean.without_docstrings(ast.parse(SOURCE)))
    namespace = {'__name__': 'lean'}
    exec(compile(tree, 'lean.py', 'exec', dont_inherit=True), namespace)
    return namespace


def test_a_module_does_what_it_did(space):
    assert space['Point'](1) == (1, 2)
    assert space['Point'](1).sum == 3
    assert space['Point']._fields == ('x', 'y')
    assert (space['limit'], space['Open'].size, space['twice'](2, key=2)) == (3, 3, 8)
    with pytest.raises(AssertionError):
        space['twice'](0)


def test_documents_and_annotations_are_gone(space):
    assert space.get('__doc__') is None
    assert space['Point'].sum.__doc__ is None
    assert space['twice'].__annotations__ == {}
    assert set(space['Point'].__annotations__.values()) == {type(None)}


LATE = """
from importlib.metadata import version
from importlib.metadata import distribution as found
from os.path import join
FOUND = found

def told(name='pip'):
    def inner():
        return version(name)
    return inner()

class Asked:
    def told(self):
        return join(version('pip'), 'x')
"""


def test_what_only_functions_use_is_imported_when_they_are_called(tier):
    lean = import_module('lean')
    tree = lean.with_late_imports(ast.parse(LATE), ('importlib.metadata', 'nowhere'))
    assert [ast.unparse(node) for node in tree.body if isinstance(node, ast.ImportFrom)] == [
        'from importlib.metadata import distribution as found',
        'from os.path import join',
    ]
    namespace = {'__name__': 'lean'}
    exec(compile(tree, 'lean.py', 'exec'), namespace)
    assert namespace['told']() == namespace['Asked']().told()[:-2]
