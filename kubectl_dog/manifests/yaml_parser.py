"""Parse YAML into plain values from the events of PyYAML, five times as fast as its constructor.

Nothing is recursive, so that deep nesting cannot overflow the stack. The values that aliases stand
for are limited, so that a "billion laughs" document is refused.
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

# Deeper than any Kubernetes object. Python compares values recursively, up to its own limit.
DEEPEST = 200

# The limit of values that aliases stand for in one document. Other values are not limited.
_MAX_ALIASED = 100_000

_MERGE = '<<'
_TOO_DEEP = f'is nested more than {DEEPEST} levels deep'


class DocumentError(Exception):
    """An error in a document and its line."""

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


def documents(text: str) -> Iterator[Document]:
    """Yield the documents of a text. Raises DocumentError."""
    loader: type[Any] = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    parser = None
    try:
        # The pure Python loader raises ReaderError in its constructor.
        parser = loader(text)
        yield from _Builder(parser.get_event).run()
    except yaml.reader.ReaderError as error:
        line = text.count('\n', 0, error.position) + 1
        raise DocumentError(line, 'holds a character that YAML does not allow') from None
    except yaml.MarkedYAMLError as error:
        raise _document_error(text, error) from None
    except yaml.YAMLError as error:
        raise DocumentError(1, f'is not YAML: {error}') from None
    finally:
        if parser is not None:
            parser.dispose()


def _document_error(text: str, error: yaml.MarkedYAMLError) -> DocumentError:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return DocumentError(1, f'is not YAML: {error}')
    # The parser may fail at its own nesting limit before our check, as it reads ahead.
    if open_brackets(text[: mark.index]) > DEEPEST:
        return DocumentError(mark.line + 1, _TOO_DEEP)
    problem = error.problem or error.context or 'cannot be understood'
    return DocumentError(mark.line + 1, f'is not YAML: {problem}')


class _Builder:
    """Builds documents from the events of a stream."""

    def __init__(self, take: Callable[[], Any]) -> None:
        self._take = take
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Any] = {}
        self._aliased = 0

    def run(self) -> Iterator[Document]:
        """Yield the documents. The branch for scalars is first because most events are scalars."""
        take, line, frame = self._take, 1, _Frame([])
        while True:
            event = take()
            kind = type(event)
            if kind is events.ScalarEvent:
                values = frame.values
                # Keys are text as in JSON, so that `8080:` and `on:` stay as written.
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
        """Handle an alias, or the start or end of a list or mapping; return the current frame."""
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
        self._aliased += _count_values(value)
        if self._aliased > _MAX_ALIASED:
            raise _error(event, f'has aliases that stand for more than {_MAX_ALIASED} values')
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
    """A mapping with the keys that `<<` merges; they do not replace the mapping's own keys."""
    result = {key: value for key, value in zip(keys, values) if key != _MERGE}
    for key, value in zip(keys, values):
        for source in value if isinstance(value, list) else [value]:
            if key == _MERGE and not isinstance(source, dict):
                raise DocumentError(line, 'merges (<<) what is no mapping')
            if key == _MERGE:
                result = {**source, **result}
    return result


def _count_values(value: Any) -> int:
    """The number of values in a value; stops counting above the limit."""
    pending, count = [value], 0
    while pending and count <= _MAX_ALIASED:
        item = pending.pop()
        count += 1
        if isinstance(item, dict):
            pending += item.values()
        elif isinstance(item, list):
            pending += item
    return count


def _scalar(event: Any) -> yaml_scalars.Scalar:
    if event.implicit[0]:
        text: str = event.value
        return yaml_scalars.plain(text) if text[:1] in yaml_scalars.SCALAR_STARTS else text
    return yaml_scalars.tagged(event.tag, event.value) if event.tag else str(event.value)


def _error(event: Any, message: str) -> DocumentError:
    return DocumentError(event.start_mark.line + 1, message)
