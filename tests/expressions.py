"""Every regular expression of the package and of plugins/, and texts made to hold it up."""

from __future__ import annotations

import ast
import pkgutil
import re
import sys
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import NamedTuple

from kubectl_dog.model.lazy_regex import lazy_compile

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT, *sorted(file.parent for file in ROOT.glob('plugins/*/pyproject.toml')))
METHODS = ('search', 'match', 'fullmatch', 'sub', 'finditer', 'findall', 'split')
# The same loop reads the text for all of these.
_LIKE_SEARCH = {'sub': 'findall', 'subn': 'findall', 'finditer': 'findall', 'split': 'findall'}
# These compile what a user has written; `kubectl_dog.model.safe_regex` keeps that linear.
USERS = ('kubectl_dog.multitrack_spec.go_regex', 'kubectl_dog.model.safe_regex')
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
    """One expression: where it is, and by which methods it is used there."""

    where: str
    compiled: re.Pattern
    methods: tuple[str, ...]


def collect():
    """All of them: values of modules and of what these hold, and those inside functions."""
    found = {}
    for module in _modules():
        source = Path(module.__file__).read_text(encoding='utf-8')
        for name, compiled in _held(module):
            methods = _methods(source, name)
            key = (module.__name__, compiled.pattern, compiled.flags)
            found.setdefault(key, Expression(f'{module.__name__}.{name}', compiled, methods))
        for line, method, compiled in _inline(ast.parse(source)):
            key = (module.__name__, compiled.pattern, compiled.flags)
            methods = METHODS[:4] if method == 'compile' else (method,)
            found.setdefault(key, Expression(f'{module.__name__}:{line}', compiled, methods))
    return sorted(found.values(), key=lambda one: (one.where, one.compiled.pattern))


def hidden():
    """Modules with expressions that `collect` cannot know, and the lines where these are made."""
    for module in _modules():
        tree = ast.parse(Path(module.__file__).read_text(encoding='utf-8'))
        inside = list(_calls_in_functions(tree))
        lines = {node.lineno for node in ast.walk(tree) if _is_call(node)}
        lines -= {call.lineno for call in inside}
        if len({id(one) for _, one in _held(module)}) < len(lines):
            yield module.__name__, sorted(lines)
        if module.__name__ not in (*USERS, lazy_compile.__module__):
            made = [call.lineno for call in inside if not isinstance(call.args[0], ast.Constant)]
            yield from ((module.__name__, line) for line in made)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == 're':
                yield module.__name__, node.lineno


def _modules():
    found = []
    for folder in FOLDERS:
        # Only for as long as it takes: other tests must not find these packages.
        sys.path.append(str(folder))
        for file in sorted(folder.glob('kubectl_dog*/__init__.py')):
            package = import_module(file.parent.name)
            inner = pkgutil.walk_packages(package.__path__, f'{package.__name__}.')
            names = [info.name for info in inner if not info.name.endswith('.__main__')]
            found += [package, *map(import_module, names)]
        sys.path.remove(str(folder))
    return found


def _held(module):
    for name, value in vars(module).items():
        # Classes and functions are those of the module that they are from.
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
        for inner in _inside(value):
            yield from _patterns(inner, seen)


def _inside(value):
    """What a value of a module holds: items, attributes of a class, what a function remembers."""
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, (tuple, list, set, frozenset)):
        return list(value)
    if isinstance(value, type):
        return list(vars(value).values())
    if isinstance(value, FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        return [value.__defaults__, value.__kwdefaults__, *cells]
    # Of a method, what it belongs to.
    owner = getattr(value, '__self__', None)
    return [owner] if isinstance(owner, (re.Pattern, _LAZY)) else []


def _methods(source, name):
    """Those that the module calls; all where it is in a table, or somebody else's to use."""
    used = {one for one in METHODS if re.search(rf'\b{name}\.{one}\b', source)}
    return tuple(sorted(used)) or METHODS[:4]


def _calls_in_functions(tree):
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        for node in ast.walk(function):
            if _is_call(node):
                yield node


def _is_call(node):
    """Whether it is a call of `re`, or of what compiles later."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    function = node.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id == 're' and function.attr in _FUNCTIONS
    return isinstance(function, ast.Name) and function.id == lazy_compile.__name__


def _inline(tree):
    for call in _calls_in_functions(tree):
        if isinstance(call.args[0], ast.Constant):
            flags = [ast.unparse(one) for one in call.args[1:] if 're.' in ast.unparse(one)]
            flags += [ast.unparse(one.value) for one in call.keywords if one.arg == 'flags']
            compiled = re.compile(call.args[0].value, eval(flags[0]) if flags else 0)
            method = call.func.attr if isinstance(call.func, ast.Attribute) else 'compile'
            yield call.lineno, method, compiled


def runs(expression):
    """What reads a whole text, for each method that is used."""
    compiled = expression.compiled
    names = {_LIKE_SEARCH.get(one, one) for one in expression.methods}
    # What finds all of a text finds the first, too.
    for name in sorted(names - ({'search'} if 'findall' in names else set())):
        yield name, getattr(compiled, name)


class Fragment(NamedTuple):
    """What a text is made of: a beginning, what is repeated, and what lets the whole match fail."""

    before: str
    repeated: str
    end: str


def text(compiled, fragment, size):
    """A text of this size, made of a fragment."""
    body = fragment.before + fragment.repeated * (size // len(fragment.repeated) + 1)
    made = body[:size] + fragment.end
    return made.encode('latin-1', 'replace') if isinstance(compiled.pattern, bytes) else made


def fragments(compiled):
    """Fragments that are made of the expression itself: its literals, and what its classes take."""
    parsed = _parser.parse(compiled.pattern, compiled.flags)
    letters = _Letters(parsed, compiled)
    found = dict.fromkeys(('', one) for one in (*_CHARACTERS, *_PAIRS))
    for atoms in _variants(list(parsed), letters):
        # Where literal text and classes meet: in between nothing new can begin.
        edges = [at for at in range(1, len(atoms)) if atoms[at][1] or atoms[at - 1][1]]
        edges = [0, *edges, len(atoms)]
        spelt = [choices[0] for choices, _ in atoms]
        for number, at in enumerate(edges):
            before = ''.join(spelt[:at])
            repeated = [''.join(spelt[at:end]) for end in edges[number + 1 :]]
            repeated += atoms[at][0] if at < len(atoms) and atoms[at][1] else []
            found.update(dict.fromkeys((start, one) for one in repeated for start in ('', before)))
    return [Fragment(*pair, end) for pair in found if pair[1] for end in ('\x00', '\n ')]


class _Letters:
    """Characters that a node takes."""

    def __init__(self, parsed, compiled):
        self._state, self._flags = parsed.state, compiled.flags
        self._is_bytes = isinstance(compiled.pattern, bytes)

    def __call__(self, node):
        single = _compiler.compile(_parser.SubPattern(self._state, [node]), self._flags)
        tried = dict.fromkeys((*_CHARACTERS, *map(chr, range(128))))
        taken = [one for one in tried if single.fullmatch(self._encoded(one))]
        return taken[:4] or ['\u2028']

    def _encoded(self, text):
        return text.encode('latin-1') if self._is_bytes else text


def _variants(nodes, letters):
    """Spellings of a sequence, each a list of (characters, whether a class): one per branch."""
    base, others = [], []
    for node in nodes:
        first, *more = _spellings(node, letters)
        others = [one + first for one in others] + [base + one for one in more]
        base = base + first
    return [base, *others]


def _spellings(node, letters):
    name, value = str(node[0]), node[1]
    if name == 'BRANCH':
        return [one for branch in value[1] for one in _variants(list(branch), letters)]
    if name == 'SUBPATTERN':
        return _variants(list(value[-1]), letters)
    if name in _REPEATS:
        return [one * min(max(1, value[0]), 4) for one in _variants(list(value[2]), letters)]
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
    raise ValueError(f'{name} is new: say here what it takes')
