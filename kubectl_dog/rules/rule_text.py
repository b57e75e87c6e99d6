"""Parse rules from YAML text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubectl_dog import file_limits
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Resource
from kubectl_dog.trackers.declarative.crd_annotation import BrokenAnnotation
from kubectl_dog.trackers.declarative.parse_rules import parse_rules
from kubectl_dog.trackers.declarative.rule_model import Rule

_MAX_DEPTH = 60


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
    from kubectl_dog.yaml_documents import DocumentError
    from kubectl_dog.yaml_documents import documents

    if len(text) > file_limits.RULES:
        # The text of an annotation.
        raise UserError(f'{source}: is {file_limits.too_large(file_limits.RULES).strerror}')
    try:
        parsed = documents(text, lambda scalar: scalar.value, _MAX_DEPTH, most_aliased=0)
        return [document.value for document in parsed]
    except DocumentError as error:
        raise UserError(f'{source}, line {error.line}: {error}') from None
