"""From the text of a spec to its JSON value."""

from __future__ import annotations

import json
from typing import Any
from typing import NoReturn

from kubectl_dog.model import json_decoding
from kubectl_dog.model.errors import UserError


def parse(content: bytes, name: str) -> Any:
    """The JSON value of a file; `name` is for the UserError it raises."""
    clipped = json_decoding.clip(content)
    try:
        value = json.loads(clipped, object_pairs_hook=_object, parse_constant=_constant)
    except ValueError as error:
        said = 'is empty' if not content.strip() else f'is not JSON: {error}'
        raise UserError(f'{name} {said}') from None
    if clipped is not content:
        raise UserError(f'{name} is nested more than {json_decoding.DEEPEST} levels deep')
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f'the key {twice!r} stands twice in one object')
    return found


def _constant(word: str) -> NoReturn:
    raise ValueError(f'{word} is not a number that JSON has')
