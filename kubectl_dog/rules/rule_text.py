"""YAML text to rules."""

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

# Larger than any rule, and read in a second.
_MAX_SIZE = 256 * 1024
_MAX_DEPTH = 60
_TOO_DEEP = f'is nested more than {_MAX_DEPTH} deep'


def parse_rule_text(text: str, source: str, about: Resource | None = None) -> list[Rule]:
    """The rules of all documents in a text; raises UserError naming `source`."""
    rules = []
    for document in _documents(text, source):
        if document is not None and document != '':
            rules += parse_rules(document, source, about)
    return rules


def parse_annotation(text: str, about: Resource) -> Sequence[Rule] | BrokenAnnotation:
    """The rules in an annotation, or what is wrong with it."""
    try:
        return parse_rule_text(text, 'annotation', about)
    except UserError as error:
        return BrokenAnnotation(str(error))


def _documents(text: str, source: str) -> list[Any]:
    """Every scalar stays text: `status: True` and `is: "True"` mean the same in a rule."""
    import yaml

    if len(text) > _MAX_SIZE:
        raise UserError(f'{source}: is larger than {_MAX_SIZE // 1024} KiB')
    # The one in C is ten times as fast, and not in every build.
    loader = getattr(yaml, 'CBaseLoader', yaml.BaseLoader)
    try:
        _refuse_costly(yaml.parse(text, loader), source)
        return list(yaml.load_all(text, loader))
    except yaml.YAMLError as error:
        mark = getattr(error, 'problem_mark', None)
        # The parser reads ahead of its events, and may have a limit of its own.
        if mark and open_brackets(text[: mark.index]) > _MAX_DEPTH:
            raise UserError(f'{source}: {_TOO_DEEP}') from None
        message = ' '.join(str(error).split())
        raise UserError(f'{source}: is not YAML: {message}') from None


def _refuse_costly(events: Iterable[Any], source: str) -> None:
    """Refuse what could keep the reader busy: aliases make a few lines as large as memory, and the
    time that nested brackets take grows with the square of their number.
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
