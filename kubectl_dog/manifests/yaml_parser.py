"""YAML to plain values, from the parser's events: five times as fast as its own constructor.

Nothing is recursive, so deep nesting cannot overflow anything, and what aliases would expand to
is counted: a «billion laughs» is refused, not expanded.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

import yaml
from yaml import events

from kubectl_dog.manifests import yaml_scalars
from kubectl_dog.model.nesting import open_brackets

# Deeper than any object of Kubernetes, and less than Python's own limit where values are compared.
DEEPEST = 200

# How many values aliases may stand for in one document; what a file spells out is not limited.
_ALIASED = 100_000

_MERGE = '<<'
_TOO_DEEP = f'is nested more than {DEEPEST} levels deep'


class DocumentError(Exception):
    """What is wrong with a document, and in which line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Document(NamedTuple):
    """`value` is None for an empty one; `line` is where it begins."""

    line: int
    value: Any


class _Frame(NamedTuple):
    """A mapping or sequence that is not complete yet; a mapping's keys and values take turns."""

    values: list[Any]
    is_mapping: bool = False
    anchor: str | None = None
    line: int = 0


def documents(text: str) -> Iterator[Document]:
    """The documents of a text, as they come; raises DocumentError."""
    loader: type[Any] = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    parser = None
    try:
        # The one in Python reads ahead.
        parser = loader(text)
        yield from _Builder(parser.get_event).run()
    except yaml.reader.ReaderError as error:
        line = text.count('\n', 0, error.position) + 1
        raise DocumentError(line, 'holds a character that YAML does not allow') from None
    except yaml.MarkedYAMLError as error:
        raise _refused(text, error) from None
    except yaml.YAMLError as error:
        raise DocumentError(1, f'is not YAML: {error}') from None
    finally:
        if parser is not None:
            parser.dispose()


def _refused(text: str, error: yaml.MarkedYAMLError) -> DocumentError:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return DocumentError(1, f'is not YAML: {error}')
    # The parser reads ahead of its events, and may have a limit of its own.
    if open_brackets(text[: mark.index]) > DEEPEST:
        return DocumentError(mark.line + 1, _TOO_DEEP)
    problem = error.problem or error.context or 'cannot be understood'
    return DocumentError(mark.line + 1, f'is not YAML: {problem}')


class _Builder:
    """Takes the events of one stream in order."""

    def __init__(self, take: Callable[[], Any]) -> None:
        self._take = take
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Any] = {}
        self._aliased = 0

    def run(self) -> Iterator[Document]:
        """One Document per document. Most events are scalars, and most time goes to them."""
        take, line, frame = self._take, 1, _Frame([])
        while True:
            event = take()
            kind = type(event)
            if kind is events.ScalarEvent:
                values = frame.values
                # JSON has no other keys than text: `8080:` and `on:` are as they are written.
                is_key = frame.is_mapping and not len(values) & 1
                values.append(event.value if is_key else _scalar(event))
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
        """The frame to go on with after the begin or end of a list or mapping, or an alias."""
        if kind is events.MappingStartEvent or kind is events.SequenceStartEvent:
            if len(self._stack) >= DEEPEST:
                raise _error(event, _TOO_DEEP)
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
            raise _error(event, f'has no anchor {event.anchor} before this alias')
        value = self._anchors[event.anchor]
        self._aliased += _size(value)
        if self._aliased > _ALIASED:
            raise _error(event, f'has aliases that stand for more than {_ALIASED} values')
        return value


def _mapping(frame: _Frame) -> dict[str, Any]:
    keys, values = frame.values[::2], frame.values[1::2]
    if not all(type(key) is str for key in keys):
        if any(isinstance(key, (dict, list)) for key in keys):
            raise DocumentError(frame.line, 'has a key that is a list or a mapping')
        # An alias that stands for a number.
        keys = [str(key) for key in keys]
    if _MERGE in keys:
        return _merged(frame.line, keys, values)
    return dict(zip(keys, values))


def _merged(line: int, keys: list[str], values: list[Any]) -> dict[str, Any]:
    """With what `<<` brings in, which never replaces what is spelt out."""
    found = {key: value for key, value in zip(keys, values) if key != _MERGE}
    for key, value in zip(keys, values):
        for source in value if isinstance(value, list) else [value]:
            if key == _MERGE and not isinstance(source, dict):
                raise DocumentError(line, 'merges (<<) what is no mapping')
            if key == _MERGE:
                found = {**source, **found}
    return found


def _size(value: Any) -> int:
    """How many values it stands for, as far as that matters."""
    waiting, count = [value], 0
    while waiting and count <= _ALIASED:
        one = waiting.pop()
        count += 1
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return count


def _scalar(event: Any) -> yaml_scalars.Scalar:
    if event.implicit[0]:
        text: str = event.value
        return yaml_scalars.plain(text) if text[:1] in yaml_scalars.SCALAR_STARTS else text
    return yaml_scalars.tagged(event.tag, event.value) if event.tag else str(event.value)


def _error(event: Any, message: str) -> DocumentError:
    return DocumentError(event.start_mark.line + 1, message)
