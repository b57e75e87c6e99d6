"""Parse YAML or JSON into nodes that know their lines.

This is slower than `yaml_documents`, and used only when a run has ended with a failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import Union

import yaml
from yaml import events

from kubectl_dog.yaml_documents import DEEPEST

# Events of the parser per file; a manifest has about two per line.
MOST_EVENTS = 1_000_000
_MERGE = '<<'


class Node:
    """A value and its line: text, a list of nodes, or a mapping from keys to entries.

    - `line`: the line of its first character, from 1.
    """

    __slots__ = ('line', 'value')

    def __init__(self, line: int, value: Value) -> None:
        self.line = line
        self.value = value

    def get(self, *path: str) -> Node | None:
        """Return the node at a path of keys; its line is that of the last key."""
        node: Node | None = self
        for key in path:
            node = node.value.get(key) if node and isinstance(node.value, dict) else None
        return node

    def text(self, *path: str) -> str:
        """Return the text at a path of keys; empty if there is none."""
        node = self.get(*path)
        return node.value if node and isinstance(node.value, str) else ''

    def items(self, *path: str) -> list[Node]:
        """Return the nodes of the list at a path of keys; empty if there is none."""
        node = self.get(*path)
        return node.value if node and isinstance(node.value, list) else []

    def mappings(self) -> Iterator[tuple[str, Node]]:
        """Yield all mappings below this node, with their keys; aliases are not followed twice."""
        seen: set[int] = set()
        pending: list[tuple[str, Node]] = [('', self)]
        while pending:
            key, node = pending.pop()
            if id(node.value) in seen:
                continue
            seen.add(id(node.value))
            if isinstance(node.value, dict):
                yield key, node
                pending += reversed(list(node.value.items()))
            elif isinstance(node.value, list):
                pending += [(key, item) for item in reversed(node.value)]


Value = Union[str, list[Node], dict[str, Node]]


def parse(text: str) -> list[Node]:
    """Return the documents of a text, up to the first error or the limit of its size."""
    loader: type[Any] = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    parser, builder = None, _Builder()
    try:
        parser = loader(text)
        for _ in range(MOST_EVENTS):
            if not builder.add(parser.get_event()):
                break
    except (yaml.YAMLError, UnicodeEncodeError):
        # The file was valid when the run began, or is a template.
        pass
    finally:
        if parser is not None:
            parser.dispose()
    return builder.documents


class _Builder:
    """A builder of documents from the events of a stream. Not recursive."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        # The lists and mappings that are not complete yet, and their children; those of a mapping
        # alternate with keys.
        self._stack: list[tuple[Node, list[Node]]] = []
        self._anchors: dict[str, Node] = {}

    def add(self, event: Any) -> bool:
        """Add an event; returns whether to go on."""
        line = event.start_mark.line + 1
        if isinstance(event, events.ScalarEvent):
            self._add_node(Node(line, event.value), event.anchor)
        elif isinstance(event, events.MappingStartEvent):
            self._begin(Node(line, {}), event.anchor)
        elif isinstance(event, events.SequenceStartEvent):
            self._begin(Node(line, []), event.anchor)
        elif isinstance(event, (events.MappingEndEvent, events.SequenceEndEvent)):
            self._add_node(_complete(*self._stack.pop()), None)
        elif isinstance(event, events.AliasEvent):
            anchored = self._anchors.get(event.anchor or '')
            self._add_node(anchored or Node(line, ''), None)
        elif isinstance(event, events.DocumentStartEvent):
            self._anchors = {}
        return len(self._stack) <= DEEPEST and not isinstance(event, events.StreamEndEvent)

    def _begin(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = node
        self._stack.append((node, []))

    def _add_node(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = node
        (self._stack[-1][1] if self._stack else self.documents).append(node)


def _complete(node: Node, children: list[Node]) -> Node:
    """Fill a list or a mapping; the lines of values in a mapping become those of their keys."""
    if isinstance(node.value, list):
        node.value.extend(children)
        return node
    assert isinstance(node.value, dict)
    merged: dict[str, Node] = {}
    for key, value in zip(children[::2], children[1::2]):
        if key.value == _MERGE:
            for source in value.value if isinstance(value.value, list) else [value]:
                if isinstance(source.value, dict):
                    merged = {**source.value, **merged}
        elif isinstance(key.value, str):
            node.value[key.value] = Node(key.line, value.value)
    for name, inherited in merged.items():
        node.value.setdefault(name, inherited)
    return node
