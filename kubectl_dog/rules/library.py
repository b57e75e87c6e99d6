"""The rules that ship: one file per operator, named after its API group, and only that is read."""

from __future__ import annotations

from importlib import resources

from kubectl_dog.model.resources import Resource
from kubectl_dog.rules.text import parse
from kubectl_dog.trackers.declarative.rules import Rule

_SUFFIX = '.yaml'


def find(resource: Resource) -> Rule | None:
    """The first rule for a kind in the file of its group, or of what its group is part of."""
    folder = resources.files('kubectl_dog.rules').joinpath('shipped')
    labels = resource.group.split('.')
    for start in range(len(labels) - 1):
        name = '.'.join(labels[start:]) + _SUFFIX
        file = folder.joinpath(name)
        if file.is_file():
            found = parse(file.read_text(encoding='utf-8'), name)
            return next((rule for rule in found if rule.fits(resource)), None)
    return None
