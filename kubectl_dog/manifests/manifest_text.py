"""Parse the JSON or YAML documents of a text. JSON is tried first because it is faster."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kubectl_dog import yaml_documents
from kubectl_dog.model.json_decoding import is_deeper
from kubectl_dog.model.json_decoding import whole
from kubectl_dog.yaml_documents import DEEPEST
from kubectl_dog.yaml_documents import Document

_SPACE = re.compile(r'\s*')

# int() takes quadratic time for long numbers.
_decode = json.JSONDecoder(parse_int=whole).raw_decode


def documents(text: str) -> Iterator[Document]:
    """Return the documents of a text; an empty one has the value None. Raises DocumentError."""
    if text.startswith(('{', '['), _skip_separators(text, 0)):
        parsed = _json_documents(text)
        if parsed is not None:
            return iter(parsed)
    return yaml_documents.documents(text)


def _json_documents(text: str) -> list[Document] | None:
    """Return the documents of a text that is entirely JSON; None for other texts.

    Also None for JSON that is nested too deeply: the YAML parser reports the line.
    """
    if is_deeper(text.encode('utf-8', 'surrogatepass'), DEEPEST):
        return None
    parsed, line, counted_to = [], 1, 0
    at = _skip_separators(text, 0)
    while at < len(text):
        line, counted_to = line + text.count('\n', counted_to, at), at
        try:
            value, end = _decode(text, at)
        except ValueError:
            return None
        parsed.append(Document(line, value))
        at = _skip_separators(text, end)
    return parsed


def _skip_separators(text: str, at: int) -> int:
    """Return the start of the next document; skip YAML separators between JSON documents."""
    while True:
        match = _SPACE.match(text, at)
        at = match.end() if match else at
        if text[at : at + 3] not in ('---', '...') or text[at + 3 : at + 4].strip():
            return at
        at += 3
