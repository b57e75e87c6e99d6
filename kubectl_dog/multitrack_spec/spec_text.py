"""Parse the text of a spec as strict JSON."""

from __future__ import annotations

import json
from typing import Any
from typing import NoReturn

from kubectl_dog.model import json_decoding
from kubectl_dog.model.errors import UserError


def parse(content: bytes, name: str) -> Any:
    """The JSON value of a file. Raises UserError that begins with `name`."""
    clipped = json_decoding.clip(content)
    try:
        value = json.loads(clipped, object_pairs_hook=_object, parse_constant=_constant)
    except ValueError as error:
        problem = 'is empty' if not content.strip() else f'is not JSON: {error}'
        raise UserError(f'{name} {problem}') from None
    if clipped is not content:
        raise UserError(f'{name} is nested more than {json_decoding.DEEPEST} levels deep')
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        duplicate = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f'the key {duplicate!r} stands twice in one object')
    return result


def _constant(word: str) -> NoReturn:
    raise ValueError(f'{word} is not a number that JSON has')
