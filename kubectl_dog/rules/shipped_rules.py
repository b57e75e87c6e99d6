"""Load the shipped rules; there is one file per operator, named after its API group."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING

from kubectl_dog.model.resources import Resource
from kubectl_dog.rules.rule_text import parse_rule_text
from kubectl_dog.trackers.declarative.rule_model import Rule

if TYPE_CHECKING:
    from importlib.abc import Traversable

_SUFFIX = '.yaml'


def shipped_rules() -> Iterator[Rule]:
    """Yield all shipped rules, file by file."""
    for file in sorted(_rules_folder().iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(_SUFFIX):
            yield from parse_rule_text(file.read_text(encoding='utf-8'), file.name)


def find_rule(resource: Resource) -> Rule | None:
    """Return the first rule for a kind in the files of its group and of its parent domains.

    The most specific file comes first.
    """
    folder, labels = _rules_folder(), resource.group.split('.')
    for start in range(len(labels) - 1):
        name = '.'.join(labels[start:]) + _SUFFIX
        file = folder.joinpath(name)
        rules = parse_rule_text(file.read_text(encoding='utf-8'), name) if file.is_file() else ()
        for rule in rules:
            if rule.fits(resource):
                return rule
    return None


def _rules_folder() -> Traversable:
    return resources.files('kubectl_dog.rules').joinpath('shipped')
