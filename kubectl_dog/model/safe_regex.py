"""Match regular expressions of users in time proportional to the length of the line.

Patterns come from flags, specs and annotations of the target; lines come from any container. `re`
backtracks: for a line of 4 KB it takes up to 4 s for `a.*b.*c` (the time grows with the cube of the
length) and 45 ms for `\\d+ms` (the square). So `re` matches only patterns that can match in few
ways. Other patterns become an automaton, which reads each character of a line once. Backreferences
and lookarounds are refused: no automaton can match them.

The parser of `re` is private. It is used because another parser of the same syntax would be longer,
and differ in details; the tests compare both engines on every supported Python.
"""

from __future__ import annotations

import re
import warnings
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

# Steps per character that `re` may take: they cost about one step of the automaton.
_STEPS = 64
_REPEATS = ('MAX_REPEAT', 'MIN_REPEAT')
_SINGLE = ('LITERAL', 'NOT_LITERAL', 'ANY', 'IN')
_TOO_MANY = 1 << 30


def matcher(pattern: str) -> Matcher:
    """Return a function that is true for texts that contain a match. Raises UserError."""
    try:
        with warnings.catch_warnings():
            # Python warns on stderr that `[[]` and the like may change their meaning.
            warnings.simplefilter('ignore')
            parsed = _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise UserError(f'{pattern!r} is not a regular expression: {error}') from None
    nodes, flags = _trim(list(parsed)), parsed.state.flags
    try:
        _check(nodes)
        if _steps(nodes) <= _STEPS:
            search: Matcher = _compile(parsed, nodes, flags).search
            return search
        chain = _chain(parsed, nodes, flags)
        if chain:
            return chain
        automaton = _Builder(parsed).automaton(nodes, flags)
        return _with_literal_check(automaton, _literal(nodes, flags))
    except (_RefusedError, TooLargeError, RecursionError) as error:
        reason = str(error) if isinstance(error, _RefusedError) else 'it is too large'
        raise UserError(f'{pattern!r} cannot be matched in bounded time: {reason}') from None


class _RefusedError(Exception):
    """A pattern is refused; the message is the reason."""


def _compile(parsed: Any, nodes: Sequence[Node], flags: int) -> Any:
    return _compiler.compile(_parser.SubPattern(parsed.state, list(nodes)), flags)


def _chain(parsed: Any, nodes: Sequence[Node], flags: int) -> Matcher | None:
    """Search the parts of `a.*b` one after the other, if each part has a fixed length."""
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
    searches = [_compile(parsed, part, flags).search for part in parts]

    def matches(text: str) -> bool:
        position = 0
        for search in searches:
            match = search(text, position)
            if match is None:
                return False
            position = match.end()
        return True

    return matches


def _trim(nodes: list[Node]) -> list[Node]:
    """Remove repeats that a search does not need: `.*x+` matches wherever `x` does."""
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
        for inner in _children(name, value):
            _check(inner)


def _children(name: str, value: Any) -> Sequence[Sequence[Node]]:
    if name == 'BRANCH':
        branches: Sequence[Sequence[Node]] = value[1]
        return branches
    return [value[-1]] if name in (*_REPEATS, 'SUBPATTERN') else []


def _steps(nodes: Sequence[Node]) -> int:
    """Return the maximum number of steps of `re` from one position of a text."""
    ways, length = _extent(nodes)
    return min(_TOO_MANY, ways * max(1, length))


def _extent(nodes: Sequence[Node]) -> tuple[int, int]:
    """Return how many ways a sequence can match, and the length of the longest match."""
    ways, length = 1, 0
    for op, value in nodes:
        name = str(op)
        inner = [_extent(extent) for extent in _children(name, value)]
        if name == 'BRANCH':
            node_ways, node_length = (
                sum(extent[0] for extent in inner),
                max(extent[1] for extent in inner),
            )
        elif name in _REPEATS:
            node_ways, node_length = _repeated(int(value[0]), int(value[1]), *inner[0])
        elif inner:
            node_ways, node_length = inner[0]
        else:
            node_ways, node_length = 1, int(name in _SINGLE)
        ways, length = min(_TOO_MANY, ways * node_ways), min(_TOO_MANY, length + node_length)
    return ways, length


def _repeated(least: int, most: int, ways: int, length: int) -> tuple[int, int]:
    if most > _STEPS:
        return _TOO_MANY, _TOO_MANY
    return min(_TOO_MANY, ways**most * (most - least + 1)), min(_TOO_MANY, most * length)


def _literal(nodes: Sequence[Node], flags: int) -> str:
    """Return the longest literal at the top level of the pattern, which every match contains."""
    if flags & re.IGNORECASE:
        return ''
    literals, current = [''], ''
    for op, value in nodes:
        if str(op) == 'LITERAL':
            current += chr(value)
            continue
        literals.append(current)
        current = ''
    return max((*literals, current), key=len)


def _with_literal_check(automaton: Automaton, literal: str) -> Matcher:
    """Check for the literal first: most lines do not contain it."""
    if not literal:
        return automaton.matches
    return lambda text: literal in text and automaton.matches(text)


class _Builder:
    """Build an automaton from a parsed pattern."""

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed
        self._automaton = Automaton()

    def automaton(self, nodes: Sequence[Node], flags: int) -> Automaton:
        """Return the automaton of a pattern, built from the end: each node needs the next place."""
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
            ways = [self._sequence(branch, flags, following) for branch in value[1]]
            return self._automaton.either(ways)
        if name == 'SUBPATTERN':
            _, more, less, inner = value
            return self._sequence(inner, (flags | more) & ~less, following)
        if name in _REPEATS:
            return self._repeat(value, flags, following)
        return self._automaton.character(_compile(self._parsed, [node], flags).fullmatch, following)

    def _repeat(self, value: Any, flags: int, following: int) -> int:
        least, most, body = value
        if most == _parser.MAXREPEAT:
            loop = self._automaton.either([following])
            self._automaton.also(loop, self._sequence(body, flags, loop))
            following = loop
        else:
            for _ in range(int(most) - int(least)):
                inner = self._sequence(body, flags, following)
                # Skipping one repetition skips the rest, too.
                following = self._automaton.either([inner, following])
        for _ in range(int(least)):
            following = self._sequence(body, flags, following)
        return following
