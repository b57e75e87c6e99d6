"""Parse YAML into plain values: manifests, rules and kubeconfigs.

The values are built from the events of PyYAML: its constructors would need a second pass to limit
depth and aliases, and take more than twice the time. Nothing is recursive, so that deep nesting
cannot overflow the stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple
from typing import Union

import yaml
from yaml import events

Scalar = Union[str, int, float, bool, None]

# Deeper than any Kubernetes object. Python compares values recursively, up to its own limit.
DEEPEST = 200

# The limit of values that aliases stand for in one document: a few lines with aliases can stand for
# billions. Other values are not limited.
MOST_ALIASED = 100_000

_MERGE = '<<'

_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(('', '~', 'null', 'Null', 'NULL'), None),
    **dict.fromkeys(('true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'), True),
    **dict.fromkeys(('false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF'), False),
}
_DECIMAL = re.compile(r'[-+]?(0|[1-9][0-9_]*)')
_BASED = re.compile(r'[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+)')
_FLOAT = re.compile(r'[-+]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?')
_NOT_FINITE = re.compile(r'[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)')
# Scalars that are not text begin with one of these characters or are empty.
_NUMERIC_STARTS = frozenset('0123456789+-.')
_SCALAR_STARTS = frozenset(['', *_NUMERIC_STARTS, *'~nNtTfFyYoO'])
# Longer numbers stay text: int() takes quadratic time for them.
_LONGEST_NUMBER = 40
_RESOLVED_TAGS = {f'tag:yaml.org,2002:{name}' for name in ('int', 'float', 'bool', 'null')}

# Quoted text (up to the end if the quote is not closed) and comments.
_SKIPPED = re.compile(r'"(?:[^"\\]+|\\.)*"?|\'[^\']*\'?|#[^\n]*', re.DOTALL)


_TAB = re.compile(r'[ \t]*\t')


class DocumentError(Exception):
    """An error in a document and its line. The message has texts of the document only in quotes."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Document(NamedTuple):
    """A document. `line` is its first line; `value` is None if it is empty."""

    line: int
    value: Any


class _Frame(NamedTuple):
    """A mapping or sequence that is not complete yet; `values` of a mapping alternate with keys."""

    values: list[Any]
    is_mapping: bool = False
    anchor: str | None = None
    line: int = 0


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with a BOM. Raises DocumentError."""
    is_wide = data[:2] in (b'\xff\xfe', b'\xfe\xff')
    try:
        return data.decode('utf-16' if is_wide else 'utf-8-sig')
    except UnicodeDecodeError as error:
        raise DocumentError(data.count(b'\n', 0, error.start) + 1, 'is not text in UTF-8') from None


def resolve(event: Any) -> Any:
    """Return the value of a scalar as kubectl does (YAML 1.1): timestamps stay text."""
    text: str = event.value
    if event.implicit[0] or event.tag in _RESOLVED_TAGS:
        return plain(text) if text[:1] in _SCALAR_STARTS else text
    return text


def documents(
    text: str,
    scalar: Callable[[Any], Any] = resolve,
    deepest: int = DEEPEST,
    most_aliased: int = MOST_ALIASED,
) -> Iterator[Document]:
    """Yield the documents of a text. Raises DocumentError.

    `scalar` returns the value of a yaml.ScalarEvent. `deepest` limits the levels of nesting, and
    `most_aliased` the number of values that aliases stand for.
    """
    loader: type[Any] = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    parser = None
    try:
        # The pure Python loader raises ReaderError in its constructor.
        parser = loader(text)
        yield from _Builder(parser.get_event, scalar, deepest, most_aliased).run()
    except DocumentError as error:
        raise DocumentError(error.line, f'{error}{_template_hint(text)}') from None
    except (yaml.reader.ReaderError, UnicodeEncodeError) as error:
        at = error.start if isinstance(error, UnicodeEncodeError) else error.position
        line = text.count('\n', 0, at) + 1
        raise DocumentError(line, 'has a character that YAML does not allow') from None
    except yaml.MarkedYAMLError as error:
        raise _document_error(text, error, deepest) from None
    finally:
        if parser is not None:
            parser.dispose()


def _document_error(text: str, error: yaml.MarkedYAMLError, deepest: int) -> DocumentError:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return DocumentError(1, f'is not YAML: {error}')
    # The parser may fail at its own nesting limit before our check, as it reads ahead.
    if _open_brackets(text[: mark.index]) > deepest:
        return DocumentError(mark.line + 1, _too_deep(deepest))
    problem = error.problem or error.context or 'cannot be parsed'
    if _TAB.match(_line_at(text, mark.index)):
        problem = 'it is indented with a tab, but YAML allows only spaces'
    return DocumentError(mark.line + 1, f'is not YAML: {problem}{_template_hint(text)}')


def _line_at(text: str, index: int) -> str:
    start = text.rfind('\n', 0, index) + 1
    return text[start : text.find('\n', start) + 1 or len(text)]


def _template_hint(text: str) -> str:
    """Return what to do if a file that cannot be parsed is a template, such as that of a chart."""
    # Valid YAML hardly ever has both.
    is_template = '{{' in text and '}}' in text
    return '; it has template actions ({{ }}): render it first (helm template)' * is_template


def _open_brackets(text: str) -> int:
    """Return the number of `[` and `{` that are still open at the end of the text."""
    structure = _SKIPPED.sub('', text)
    return structure.count('[') + structure.count('{') - structure.count(']') - structure.count('}')


def _too_deep(deepest: int) -> str:
    return f'is nested more than {deepest} levels deep'


class _Builder:
    """A builder of documents from the events of a stream."""

    def __init__(
        self,
        take: Callable[[], Any],
        scalar: Callable[[Any], Any],
        deepest: int,
        most_aliased: int,
    ) -> None:
        self._take = take
        self._scalar = scalar
        self._deepest = deepest
        self._most_aliased = most_aliased
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Any] = {}
        self._aliased = 0

    def run(self) -> Iterator[Document]:
        """Yield the documents. The branch for scalars is first because most events are scalars."""
        take, scalar, line, frame = self._take, self._scalar, 1, _Frame([])
        while True:
            event = take()
            kind = type(event)
            if kind is events.ScalarEvent:
                values = frame.values
                # Keys are text as in JSON, so that `8080:` and `on:` stay as written.
                is_key = frame.is_mapping and not len(values) & 1
                values.append(event.value if is_key else scalar(event))
                if event.anchor is not None:
                    self._anchors[event.anchor] = values[-1]
            elif kind is events.DocumentStartEvent:
                line, frame = event.start_mark.line + 1, _Frame([])
                self._anchors, self._aliased = {}, 0
            elif kind is events.DocumentEndEvent:
                yield Document(line, frame.values[0])
            elif kind is events.StreamEndEvent:
                return
            else:
                frame = self._structure(event, kind, frame)

    def _structure(self, event: Any, kind: type, frame: _Frame) -> _Frame:
        """Handle an alias, or the start or end of a list or mapping; return the current frame."""
        if kind is events.MappingStartEvent or kind is events.SequenceStartEvent:
            if len(self._stack) >= self._deepest:
                raise _error(event, _too_deep(self._deepest))
            self._stack.append(frame)
            line = event.start_mark.line + 1
            return _Frame([], kind is events.MappingStartEvent, event.anchor, line)
        if kind is events.AliasEvent:
            frame.values.append(self._alias(event))
        elif kind is not events.StreamStartEvent:
            value = _mapping(frame) if frame.is_mapping else frame.values
            if frame.anchor:
                self._anchors[frame.anchor] = value
            frame = self._stack.pop()
            frame.values.append(value)
        return frame

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise _error(event, f'has no anchor "{event.anchor}" before this alias')
        if not self._most_aliased:
            raise _error(event, 'has an alias (*), which is not supported here')
        value = self._anchors[event.anchor]
        self._aliased += _count_values(value, self._most_aliased)
        if self._aliased > self._most_aliased:
            raise _error(event, f'has aliases for more than {self._most_aliased} values')
        return value


def _mapping(frame: _Frame) -> dict[str, Any]:
    keys, values = frame.values[::2], frame.values[1::2]
    if not all(type(key) is str for key in keys):
        if any(isinstance(key, (dict, list)) for key in keys):
            raise DocumentError(frame.line, 'has a key that is a list or a mapping')
        # A key that is an alias can stand for a number.
        keys = [str(key) for key in keys]
    if _MERGE in keys:
        return _merge_keys(frame.line, keys, values)
    return dict(zip(keys, values))


def _merge_keys(line: int, keys: list[str], values: list[Any]) -> dict[str, Any]:
    """Return a mapping with the keys merged by `<<`, which do not replace its own keys."""
    result = {key: value for key, value in zip(keys, values) if key != _MERGE}
    for key, value in zip(keys, values):
        for source in value if isinstance(value, list) else [value]:
            if key == _MERGE and not isinstance(source, dict):
                raise DocumentError(line, 'merges (<<) a value that is not a mapping')
            if key == _MERGE:
                # Not a new mapping for each source, which would take quadratic time.
                for name, merged in source.items():
                    result.setdefault(name, merged)
    return result


def _count_values(value: Any, limit: int) -> int:
    """Return the number of values in a value; stops counting above the limit."""
    pending, count = [value], 0
    while pending and count <= limit:
        item = pending.pop()
        count += 1
        if isinstance(item, dict):
            pending += item.values()
        elif isinstance(item, list):
            pending += item
    return count


def _error(event: Any, message: str) -> DocumentError:
    return DocumentError(event.start_mark.line + 1, message)


def plain(text: str) -> Scalar:
    """Return the value of a scalar without quotes and without a tag."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    is_number = text[:1] in _NUMERIC_STARTS and len(text) <= _LONGEST_NUMBER
    return _parse_number(text) if is_number else text


def _parse_number(text: str) -> Scalar:
    if _DECIMAL.fullmatch(text):
        return int(text.replace('_', ''))
    if _BASED.fullmatch(text):
        return _parse_based(text.replace('_', ''), text)
    if _FLOAT.fullmatch(text):
        return float(text.replace('_', ''))
    if _NOT_FINITE.fullmatch(text):
        return float(text.lower().replace('.', ''))
    return text


def _parse_based(digits: str, text: str) -> Scalar:
    """Return the value of `0x1f`, `0b101`, `0o17` and `017`; a text without digits stays text."""
    sign = -1 if digits[0] == '-' else 1
    bare = digits.lstrip('+-')
    base = {'x': 16, 'b': 2, 'o': 8}.get(bare[1:2], 8)
    core = bare[2:] if bare[1:2] in ('x', 'b', 'o') else bare
    return sign * int(core, base) if core else text
