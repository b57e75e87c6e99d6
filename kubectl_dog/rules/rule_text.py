"""Parse rules from YAML text."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.nesting import open_brackets
from kubectl_dog.model.resources import Resource
from kubectl_dog.trackers.declarative.crd_annotation import BrokenAnnotation
from kubectl_dog.trackers.declarative.parse_rules import parse_rules
from kubectl_dog.trackers.declarative.rule_model import Rule

# Larger than any rule, and parsed within a second.
_MAX_SIZE = 256 * 1024
_MAX_DEPTH = 60
_TOO_DEEP = f'is nested more than {_MAX_DEPTH} deep'


def parse_rule_text(text: str, source: str, about: Resource | None = None) -> list[Rule]:
    """Parse the rules of all documents in a text; raises UserError that names `source`."""
    rules = []
    for document in _parse_documents(text, source):
        if document is not None and document != '':
            rules += parse_rules(document, source, about)
    return rules


def parse_annotation(text: str, about: Resource) -> Sequence[Rule] | BrokenAnnotation:
    """Parse the rules in an annotation, or return the error."""
    try:
        return parse_rule_text(text, 'annotation', about)
    except UserError as error:
        return BrokenAnnotation(str(error))


def _parse_documents(text: str, source: str) -> list[Any]:
    """Parse YAML; every scalar stays text, so that `is: True` and `is: "True"` are the same."""
    import yaml

    if len(text) > _MAX_SIZE:
        raise UserError(f'{source}: is larger than {_MAX_SIZE // 1024} KiB')
    # The loader in C is ten times as fast, but not in every build.
    loader = getattr(yaml, 'CBaseLoader', yaml.BaseLoader)
    try:
        _refuse_costly(yaml.parse(text, loader), source)
        return list(yaml.load_all(text, loader))
    except yaml.YAMLError as error:
        mark = getattr(error, 'problem_mark', None)
        # The parser reads ahead of its events, and may have its own limit.
        if mark and open_brackets(text[: mark.index]) > _MAX_DEPTH:
            raise UserError(f'{source}: {_TOO_DEEP}') from None
        message = ' '.join(str(error).split())
        raise UserError(f'{source}: is not YAML: {message}') from None


def _refuse_costly(events: Iterable[Any], source: str) -> None:
    """Refuse aliases and deep nesting, which can take all memory or time.

    A few lines with aliases can fill the memory. The time for nested brackets is quadratic.
    """
    import yaml

    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise UserError(f'{source}: aliases (*name) are not taken')
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise UserError(f'{source}: {_TOO_DEEP}')
