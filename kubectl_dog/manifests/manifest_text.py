"""From a file's text to its documents, JSON or YAML; JSON is tried first because it is quick."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kubectl_dog.manifests import yaml_parser
from kubectl_dog.manifests.yaml_parser import DEEPEST
from kubectl_dog.manifests.yaml_parser import Document
from kubectl_dog.model.json_decoding import is_deeper
from kubectl_dog.model.json_decoding import whole

_SPACE = re.compile(r'\s*')

# A long number would take the square of its length to read.
_decode = json.JSONDecoder(parse_int=whole).raw_decode


def documents(text: str) -> Iterator[Document]:
    """The documents of a text; raises DocumentError. Empty ones have the value None."""
    if text.startswith(('{', '['), _after(text, 0)):
        found = _json(text)
        if found is not None:
            return iter(found)
    return yaml_parser.documents(text)


def _json(text: str) -> list[Document] | None:
    """The documents of what is JSON from end to end; None for all else.

    As well for what is nested too deep: the reader of YAML says in which line.
    """
    if is_deeper(text.encode('utf-8', 'surrogatepass'), DEEPEST):
        return None
    found, line, counted = [], 1, 0
    at = _after(text, 0)
    while at < len(text):
        line, counted = line + text.count('\n', counted, at), at
        try:
            value, end = _decode(text, at)
        except ValueError:
            return None
        found.append(Document(line, value))
        at = _after(text, end)
    return found


def _after(text: str, at: int) -> int:
    """Where the next document begins; YAML's marks are there when somebody joined files."""
    while True:
        match = _SPACE.match(text, at)
        at = match.end() if match else at
        if text[at : at + 3] not in ('---', '...') or text[at + 3 : at + 4].strip():
            return at
        at += 3
