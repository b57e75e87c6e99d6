"""Describe the differences of two pod templates, images first."""

from __future__ import annotations

from itertools import groupby

from kubectl_dog.model.items import Object
from kubectl_dog.model.template_changes import image_difference
from kubectl_dog.model.template_changes import template_changes
from kubectl_dog.model.verdicts import Change


def describe_template_diff(before: Object, after: Object) -> tuple[str, ...]:
    """Describe the changes between two pod templates, one text per changed field."""
    changes = [
        change for change in template_changes(before, after) if change.field != 'annotations'
    ]
    fields = groupby(changes, key=lambda change: (change.field, change.container))
    texts = [_describe(field, container, [*group]) for (field, container), group in fields]
    return tuple(texts or ['pod template changed'])


def _describe(field: str, container: str, changes: list[Change]) -> str:
    first = changes[0]
    if field == 'containers':
        return f'container {container} {first.kind}'
    if field == 'image' and container:
        return f'image {container} {" → ".join(image_difference(first.before, first.after))}'
    if field == 'env':
        return f'env of {container} changed: {", ".join(change.name for change in changes)}'
    return f'{field} of {container} changed' if container else f'{field} changed'
