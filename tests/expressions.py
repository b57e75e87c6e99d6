"""Collect the regular expressions of the package and plugins, and make slow texts for them."""

from __future__ import annotations

import ast
import pkgutil
import re
import sys
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import NamedTuple

import kubectl_dog
from kubectl_dog.model.lazy_regex import lazy_compile

ROOT = Path(__file__).resolve().parent.parent
# The package may be installed, and its code not be in the checkout.
FOLDERS = (
    Path(kubectl_dog.__file__).parent.parent,
    *sorted(file.parent for file in ROOT.glob('plugins/*/pyproject.toml')),
)
METHODS = ('search', 'match', 'fullmatch', 'sub', 'finditer', 'findall', 'split')
# These methods read the text with the same loop.
_SAME_LOOP = {'sub': 'findall', 'subn': 'findall', 'finditer': 'findall', 'split': 'findall'}
# Modules that compile patterns of users, which `kubectl_dog.model.safe_regex` keeps linear.
USERS = ('kubectl_dog.model.go_regex', 'kubectl_dog.model.safe_regex')
_LAZY = type(lazy_compile(''))
_FUNCTIONS = (*METHODS, 'subn', 'compile')
_REPEATS = ('MAX_REPEAT', 'MIN_REPEAT', 'POSSESSIVE_REPEAT')
_PAIRS = ('a:', 'a ', 'a=', 'a,', 'a.', 'a/', 'aA', '\\"')
_CHARACTERS = 'a0fF/-.= ,:"\'[({xZ_\\\n\x00é'

try:
    _parser = import_module('re._parser')
    _compiler = import_module('re._compiler')
except ModuleNotFoundError:  # Python 3.9 and 3.10
    _parser = import_module('sre_parse')
    _compiler = import_module('sre_compile')


class Expression(NamedTuple):
    """A regular expression, where it is defined, and the methods by which that module uses it."""

    where: str
    compiled: re.Pattern
    methods: tuple[str, ...]


def collect():
    """All expressions: in the values of modules, and in functions."""
    expressions = {}
    for module in _modules():
        source = Path(module.__file__).read_text(encoding='utf-8')
        for name, compiled in _patterns_of_module(module):
            methods = _used_methods(source, name)
            key = (module.__name__, compiled.pattern, compiled.flags)
            expressions.setdefault(key, Expression(f'{module.__name__}.{name}', compiled, methods))
        for line, method, compiled in _patterns_in_functions(ast.parse(source)):
            key = (module.__name__, compiled.pattern, compiled.flags)
            methods = METHODS[:4] if method == 'compile' else (method,)
            expressions.setdefault(key, Expression(f'{module.__name__}:{line}', compiled, methods))
    return sorted(
        expressions.values(), key=lambda expression: (expression.where, expression.compiled.pattern)
    )


def hidden():
    """Yield the modules with expressions that `collect` cannot see, and their lines."""
    for module in _modules():
        tree = ast.parse(Path(module.__file__).read_text(encoding='utf-8'))
        inside = list(_calls_in_functions(tree))
        lines = {node.lineno for node in ast.walk(tree) if _is_call(node)}
        lines -= {call.lineno for call in inside}
        if len({id(compiled) for _, compiled in _patterns_of_module(module)}) < len(lines):
            yield module.__name__, sorted(lines)
        if module.__name__ not in (*USERS, lazy_compile.__module__):
            variable = [call for call in inside if not isinstance(call.args[0], ast.Constant)]
            yield from ((module.__name__, call.lineno) for call in variable)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == 're':
                yield module.__name__, node.lineno


def _modules():
    modules = []
    for folder in FOLDERS:
        # Removed again below: other tests must not find these packages.
        sys.path.append(str(folder))
        for file in sorted(folder.glob('kubectl_dog*/__init__.py')):
            package = import_module(file.parent.name)
            inner = pkgutil.walk_packages(package.__path__, f'{package.__name__}.')
            names = [info.name for info in inner if not info.name.endswith('.__main__')]
            modules += [package, *map(import_module, names)]
        sys.path.remove(str(folder))
    return modules


def _patterns_of_module(module):
    for name, value in vars(module).items():
        # Classes and functions count for the module that defines them.
        is_foreign = isinstance(value, (type, FunctionType)) and value.__module__ != module.__name__
        if not is_foreign and not name.startswith('__'):
            for compiled in _patterns(value, set()):
                yield name, compiled


def _patterns(value, seen):
    if isinstance(value, _LAZY):
        yield re.compile(value.pattern, value.flags)
    elif isinstance(value, re.Pattern):
        yield value
    elif id(value) not in seen:
        seen.add(id(value))
        for inner in _members(value):
            yield from _patterns(inner, seen)


def _members(value):
    """The values inside a value: items, attributes of a class, defaults and cells of a function."""
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, (tuple, list, set, frozenset)):
        return list(value)
    if isinstance(value, type):
        return list(vars(value).values())
    if isinstance(value, FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        return [value.__defaults__, value.__kwdefaults__, *cells]
    # A bound method of an expression.
    owner = getattr(value, '__self__', None)
    return [owner] if isinstance(owner, (re.Pattern, _LAZY)) else []


def _used_methods(source, name):
    """The methods that the module calls; the usual ones if the name is not used directly."""
    used = {method for method in METHODS if re.search(rf'\b{name}\.{method}\b', source)}
    return tuple(sorted(used)) or METHODS[:4]


def _calls_in_functions(tree):
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        for node in ast.walk(function):
            if _is_call(node):
                yield node


def _is_call(node):
    """Whether a node calls a function of `re`, or lazy_compile."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    function = node.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id == 're' and function.attr in _FUNCTIONS
    return isinstance(function, ast.Name) and function.id == lazy_compile.__name__


def _patterns_in_functions(tree):
    for call in _calls_in_functions(tree):
        if isinstance(call.args[0], ast.Constant):
            arguments = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
            flags = [text for text in map(ast.unparse, arguments) if 're.' in text]
            compiled = re.compile(call.args[0].value, eval(flags[0]) if flags else 0)
            method = call.func.attr if isinstance(call.func, ast.Attribute) else 'compile'
            yield call.lineno, method, compiled


def runs(expression):
    """Yield (name, function) for each method that is used; the function reads a whole text."""
    compiled = expression.compiled
    names = {_SAME_LOOP.get(method, method) for method in expression.methods}
    # `findall` includes the work of `search`.
    for name in sorted(names - ({'search'} if 'findall' in names else set())):
        yield name, getattr(compiled, name)


class Fragment(NamedTuple):
    """Parts of a text: a beginning, a repeated part, and an end that makes the whole match fail."""

    before: str
    repeated: str
    end: str


def text(compiled, fragment, size):
    """A text of a size, made of a fragment."""
    body = fragment.before + fragment.repeated * (size // len(fragment.repeated) + 1)
    result = body[:size] + fragment.end
    return result.encode('latin-1', 'replace') if isinstance(compiled.pattern, bytes) else result


def fragments(compiled):
    """Fragments for an expression: common characters, its literals, and members of its classes."""
    parsed = _parser.parse(compiled.pattern, compiled.flags)
    letters = _Letters(parsed, compiled)
    pairs = dict.fromkeys(('', repeated) for repeated in (*_CHARACTERS, *_PAIRS))
    for atoms in _variants(list(parsed), letters):
        # Repeats may begin where literal text and classes meet.
        edges = [at for at in range(1, len(atoms)) if atoms[at][1] or atoms[at - 1][1]]
        edges = [0, *edges, len(atoms)]
        spelt = [choices[0] for choices, _ in atoms]
        for number, at in enumerate(edges):
            before = ''.join(spelt[:at])
            parts = [''.join(spelt[at:end]) for end in edges[number + 1 :]]
            parts += atoms[at][0] if at < len(atoms) and atoms[at][1] else []
            pairs.update(dict.fromkeys((start, part) for part in parts for start in ('', before)))
    return [Fragment(*pair, end) for pair in pairs if pair[1] for end in ('\x00', '\n ')]


class _Letters:
    """Find characters that a node of a parsed expression matches."""

    def __init__(self, parsed, compiled):
        self._state, self._flags = parsed.state, compiled.flags
        self._is_bytes = isinstance(compiled.pattern, bytes)

    def __call__(self, node):
        single = _compiler.compile(_parser.SubPattern(self._state, [node]), self._flags)
        tried = dict.fromkeys((*_CHARACTERS, *map(chr, range(128))))
        taken = [character for character in tried if single.fullmatch(self._encoded(character))]
        return taken[:4] or ['\u2028']

    def _encoded(self, text):
        return text.encode('latin-1') if self._is_bytes else text


def _variants(nodes, letters):
    """Spellings of a sequence, each a list of (characters, is class): one spelling per branch."""
    base, others = [], []
    for node in nodes:
        first, *more = _spellings(node, letters)
        others = [spelling + first for spelling in others] + [base + spelling for spelling in more]
        base = base + first
    return [base, *others]


def _spellings(node, letters):
    name, value = str(node[0]), node[1]
    if name == 'BRANCH':
        return [spelling for branch in value[1] for spelling in _variants(list(branch), letters)]
    if name == 'SUBPATTERN':
        return _variants(list(value[-1]), letters)
    if name in _REPEATS:
        return [
            spelling * min(max(1, value[0]), 4) for spelling in _variants(list(value[2]), letters)
        ]
    return [_single(name, node, letters)]


def _single(name, node, letters):
    if name == 'LITERAL':
        return [([chr(node[1])], False)]
    if name in ('NOT_LITERAL', 'ANY', 'IN'):
        return [(letters(node), True)]
    if name == 'GROUPREF':
        return [(['"'], False)]
    if name in ('AT', 'ASSERT', 'ASSERT_NOT'):
        return []
    raise ValueError(f'unknown node {name}: add it to _single')
