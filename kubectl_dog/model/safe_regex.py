"""Regular expressions of users, matched in a time that grows with the line and no faster.

Python's own engine tries one way after the other: a line that somebody made for it, or only a
long one, can hold it up for ever. So it is used where a pattern can match in few ways only; other
patterns are made into an automaton, which reads each character of a line once. What no automaton
can do, backreferences and looking around, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.regex_automaton import Automaton
from kubectl_dog.model.regex_automaton import TooLargeError

try:
    _parser: Any = import_module('re._parser')
    _compiler: Any = import_module('re._compiler')
except ModuleNotFoundError:  # Python 3.9 and 3.10
    _parser = import_module('sre_parse')
    _compiler = import_module('sre_compile')

Matcher = Callable[[str], object]
Node = tuple[Any, Any]

# Steps per character that Python's engine may need: about what a step of the automaton costs.
_STEPS = 64
_REPEATS = ('MAX_REPEAT', 'MIN_REPEAT')
_SINGLE = ('LITERAL', 'NOT_LITERAL', 'ANY', 'IN')
_MANY = 1 << 30


def matcher(pattern: str) -> Matcher:
    """What tells whether a text holds a match (its truth counts). Raises UserError."""
    try:
        parsed = _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise UserError(f'{pattern!r} is not a regular expression: {error}') from None
    nodes, flags = _trimmed(list(parsed)), parsed.state.flags
    try:
        _check(nodes)
        if _steps(nodes) <= _STEPS:
            found: Matcher = _native(parsed, nodes, flags).search
            return found
        chain = _chain(parsed, nodes, flags)
        if chain:
            return chain
        single = _Singles(parsed)
        return _hurried(_Builder(single).automaton(nodes, flags), _literal(nodes, flags))
    except (_RefusedError, TooLargeError, RecursionError) as error:
        said = str(error) if isinstance(error, _RefusedError) else 'it is too large'
        raise UserError(f'{pattern!r} cannot be matched in bounded time: {said}') from None


class _RefusedError(Exception):
    """Why a pattern is not taken."""


def _native(parsed: Any, nodes: Sequence[Node], flags: int) -> Any:
    return _compiler.compile(_parser.SubPattern(parsed.state, list(nodes)), flags)


def _chain(parsed: Any, nodes: Sequence[Node], flags: int) -> Matcher | None:
    """`a.*b` is found where `b` is found after the first `a`, if an `a` has only one length."""
    parts: list[list[Node]] = [[]]
    for op, value in nodes:
        is_gap = str(op) in _REPEATS and value[0] == 0 and value[1] == _parser.MAXREPEAT
        if is_gap and [str(inner[0]) for inner in value[2]] == ['ANY']:
            parts.append([])
        else:
            parts[-1].append((op, value))
    widths = [_parser.SubPattern(parsed.state, part).getwidth() for part in parts]
    if any(least != most for least, most in widths) or max(map(_steps, parts)) > _STEPS:
        return None
    searches = [_native(parsed, part, flags).search for part in parts]

    def matches(text: str) -> bool:
        at = 0
        for search in searches:
            found = search(text, at)
            if found is None:
                return False
            at = found.end()
        return True

    return matches


def _trimmed(nodes: list[Node]) -> list[Node]:
    """Without what a search does not need: whether `.*x+` is found is whether `x` is."""
    for end in (0, -1):
        while nodes and str(nodes[end][0]) in _REPEATS:
            op, (least, most, body) = nodes[end]
            if least:
                nodes[end] = (op, (least, least, body)) if least != most else nodes[end]
                break
            del nodes[end]
    return nodes


def _check(nodes: Sequence[Node]) -> None:
    for op, value in nodes:
        name = str(op)
        if name.startswith('GROUPREF'):
            raise _RefusedError('it refers back to a group')
        if name.startswith('ASSERT'):
            raise _RefusedError('it looks ahead or behind')
        if name not in (*_SINGLE, *_REPEATS, 'BRANCH', 'SUBPATTERN', 'AT'):
            raise _RefusedError('it has atomic groups or possessive repeats')
        for inner in _inside(name, value):
            _check(inner)


def _inside(name: str, value: Any) -> Sequence[Sequence[Node]]:
    if name == 'BRANCH':
        branches: Sequence[Sequence[Node]] = value[1]
        return branches
    return [value[-1]] if name in (*_REPEATS, 'SUBPATTERN') else []


def _steps(nodes: Sequence[Node]) -> int:
    """At most so many steps does Python's engine take from one place of a text."""
    ways, length = _extent(nodes)
    return min(_MANY, ways * max(1, length))


def _extent(nodes: Sequence[Node]) -> tuple[int, int]:
    """In how many ways a sequence can match, and how long the longest of them is."""
    ways, length = 1, 0
    for op, value in nodes:
        name = str(op)
        inner = [_extent(each) for each in _inside(name, value)]
        if name == 'BRANCH':
            more, longer = sum(each[0] for each in inner), max(each[1] for each in inner)
        elif name in _REPEATS:
            more, longer = _repeated(int(value[0]), int(value[1]), *inner[0])
        elif inner:
            more, longer = inner[0]
        else:
            more, longer = 1, int(name in _SINGLE)
        ways, length = min(_MANY, ways * more), min(_MANY, length + longer)
    return ways, length


def _repeated(least: int, most: int, ways: int, length: int) -> tuple[int, int]:
    if most > _STEPS:
        return _MANY, _MANY
    return min(_MANY, ways**most * (most - least + 1)), min(_MANY, most * length)


def _literal(nodes: Sequence[Node], flags: int) -> str:
    """The longest text that every match holds, as far as that is easy to see."""
    if flags & re.IGNORECASE:
        return ''
    found, now = [''], ''
    for op, value in nodes:
        if str(op) == 'LITERAL':
            now += chr(value)
            continue
        found.append(now)
        now = ''
    return max((*found, now), key=len)


def _hurried(automaton: Automaton, literal: str) -> Matcher:
    """Most lines lack the literal, and that is seen at once."""
    if not literal:
        return automaton.matches
    return lambda text: literal in text and automaton.matches(text)


class _Singles:
    """Whether a node takes a character: what Python's engine says of that one node."""

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed

    def __call__(self, node: Node, flags: int) -> Matcher:
        matched: Matcher = _native(self._parsed, [node], flags).fullmatch
        return matched


class _Builder:
    """From a parsed pattern to an automaton."""

    def __init__(self, single: Callable[[Node, int], Matcher]) -> None:
        self._single = single
        self._automaton = Automaton()

    def automaton(self, nodes: Sequence[Node], flags: int) -> Automaton:
        """The whole; built from its end, so that each node knows what follows it."""
        self._automaton.begin_with(self._sequence(nodes, flags, self._automaton.end))
        return self._automaton

    def _sequence(self, nodes: Sequence[Node], flags: int, following: int) -> int:
        for node in reversed(nodes):
            following = self._node(node, flags, following)
        return following

    def _node(self, node: Node, flags: int, following: int) -> int:
        name, value = str(node[0]), node[1]
        if name == 'AT':
            return self._automaton.condition(str(value), following)
        if name == 'BRANCH':
            ways = [self._sequence(each, flags, following) for each in value[1]]
            return self._automaton.either(ways)
        if name == 'SUBPATTERN':
            _, more, less, inner = value
            return self._sequence(inner, (flags | more) & ~less, following)
        if name in _REPEATS:
            return self._repeat(value, flags, following)
        return self._automaton.character(self._single(node, flags), following)

    def _repeat(self, value: Any, flags: int, following: int) -> int:
        least, most, body = value
        if most == _parser.MAXREPEAT:
            loop = self._automaton.either([following])
            self._automaton.also(loop, self._sequence(body, flags, loop))
            following = loop
        else:
            for _ in range(int(most) - int(least)):
                inner = self._sequence(body, flags, following)
                # Having left out one of them, the rest are left out as well.
                following = self._automaton.either([inner, following])
        for _ in range(int(least)):
            following = self._sequence(body, flags, following)
        return following
