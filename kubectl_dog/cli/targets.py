"""From `deploy/x` or `deploy x` to targets."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target

# Until discovery asks the server (the next milestone), these are the types that are understood.
_TYPES: dict[str, Resource] = {
    name: resource
    for resource, names in (
        (DEPLOYMENTS, ('deployment', 'deployments', 'deploy')),
        (PODS, ('pod', 'pods', 'po')),
    )
    for plain in names
    for name in (
        plain,
        f'{plain}.{resource.group}' if resource.group else plain,
        f'{plain}.{resource.version}.{resource.group}',
    )
}


def parse(words: Sequence[str], namespace: str) -> tuple[Target, ...]:
    """The target that `TYPE/NAME` or `TYPE NAME` names; raises UserError."""
    if len(words) == 1 and '/' in words[0]:
        kind, _, name = words[0].partition('/')
    elif len(words) == 2 and '/' not in words[0] + words[1]:
        kind, name = words
    elif len(words) == 1:
        raise UserError(f'which {words[0]}? Write {words[0]}/NAME')
    else:
        raise UserError('one target at a time so far: write TYPE/NAME or TYPE NAME')
    if not kind or not name or '/' in name:
        raise UserError(f'{"/".join(words)!r} names no object: write TYPE/NAME, like deploy/web')
    return (Target(_resource(kind), namespace, name),)


def _resource(kind: str) -> Resource:
    known = _TYPES.get(kind.lower())
    if known is None:
        raise UserError(
            f'{kind!r} cannot be tracked by this version: it knows deployments (deploy) '
            'and pods (po)'
        )
    return known
