"""Load the rule files that the user names with --rules."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.errors import UserError
from kubectl_dog.rules.rule_text import parse_rule_text
from kubectl_dog.trackers.declarative.rule_model import Rule


def load_rules(paths: Sequence[str]) -> list[Rule]:
    """Load the rules of files in order; raises UserError with the file, rule and field."""
    all_rules = []
    for path in paths:
        rules = parse_rule_text(_read_text(path), path)
        if not rules:
            raise UserError(f'{path}: has no rule in it; docs/rules.md tells how to write one')
        all_rules += rules
    return all_rules


def _read_text(path: str) -> str:
    try:
        with open(path, encoding='utf-8') as file:
            return file.read()
    except OSError as error:
        raise UserError(f'{path}: cannot be read: {error.strerror}') from None
    except UnicodeDecodeError:
        raise UserError(f'{path}: is not text in UTF-8') from None
