"""From `deploy/x` or `deploy x` to targets."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target

_ONE = 'one target at a time so far: write TYPE/NAME or TYPE NAME'


def parse(
    words: Sequence[str], namespace: str, resolve: Callable[[str], Resource]
) -> tuple[Target, ...]:
    """The target that `TYPE/NAME` or `TYPE NAME` names; raises UserError, and what `resolve` does.

    Kinds without namespaces are looked for in none.
    """
    kind, name = split(words)
    resource = resolve(kind)
    return (Target(resource, namespace if resource.namespaced else '', name),)


def split(words: Sequence[str]) -> tuple[str, str]:
    """TYPE and NAME as they were written; raises UserError. Needs no cluster."""
    if len(words) == 1 and '/' in words[0]:
        kind, _, name = words[0].partition('/')
    elif len(words) == 2 and '/' not in words[0] + words[1]:
        kind, name = words
    elif len(words) == 1:
        raise UserError(f'which {words[0]}? Write {words[0]}/NAME')
    else:
        raise UserError(_ONE)
    if not kind or not name or '/' in name:
        raise UserError(f'{"/".join(words)!r} names no object: write TYPE/NAME, like deploy/web')
    if ',' in kind:
        raise UserError(_ONE)
    return kind, name
