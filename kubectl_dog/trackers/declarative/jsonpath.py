"""Parse and evaluate paths like kubectl's JSONPath: `status.conditions[type=Ready].message`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from typing import Union

from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import get_int

# A step: a name, or brackets with *, an index, the path of an index, a quoted name, or a filter on
# one field.
_STEP = lazy_compile(
    r'\.?(?P<name>[A-Za-z0-9_\-/]+)'
    r'|\[(?P<all>\*)\]'
    r'|\[(?P<index>\d{1,4})\]'
    r'|\[\$\.(?P<status_path>[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*)\]'
    r'|\[(?P<quote>[\'"])(?P<quoted>[^\'"]+)(?P=quote)\]'
    r'|\[(?P<field>[A-Za-z0-9_\-]+)=(?P<value>[^\]\'"]+)\]'
    r'|\[\?\(@\.(?P<jfield>[A-Za-z0-9_\-]+)\s*==\s*[\'"](?P<jvalue>[^\'"]*)[\'"]\)\]'
)
_ROOT = '$'
_MAX_LENGTH = 300


class Filter(NamedTuple):
    """A step to the items of a list whose field has this value."""

    field: str
    value: str


class StatusIndex(NamedTuple):
    """A step to the list item whose index is in the object, at the path of these names."""

    names: tuple[str, ...]


Step = Union[str, int, Filter, StatusIndex, None]


class Path(NamedTuple):
    """A parsed path; an `absolute` path starts at the object, even inside an item.

    A step is a name, an index, `None` for all items, a Filter or a StatusIndex.
    """

    text: str
    absolute: bool
    steps: tuple[Step, ...]


def parse(text: str) -> Path:
    """Parse a path; raises ValueError with the position of the error."""
    stripped = text.strip()
    if stripped.startswith('{') and stripped.endswith('}'):
        stripped = stripped[1:-1].strip()
    absolute = stripped.startswith(_ROOT)
    rest, steps = stripped[absolute:], []
    if not rest or len(rest) > _MAX_LENGTH:
        raise ValueError(f'{text[:60]!r} is not a path: write it like status.phase')
    while rest:
        match = _STEP.match(rest)
        if match is None:
            raise ValueError(f'{text[:60]!r} is not a path: cannot read it from {rest[:20]!r} on')
        steps.append(_step(match))
        rest = rest[match.end() :]
    return Path(stripped, absolute, tuple(steps))


def _step(match: re.Match[str]) -> Step:
    groups = match.groupdict()
    if groups['all']:
        return None
    if groups['index']:
        return int(groups['index'])
    if groups['status_path']:
        return StatusIndex(tuple(groups['status_path'].split('.')))
    if groups['field'] or groups['jfield']:
        return Filter(
            groups['field'] or groups['jfield'], (groups['value'] or groups['jvalue'] or '').strip()
        )
    return groups['name'] or groups['quoted']


def values(
    path: Path, root: Any, start: Any = None, spend: Callable[[int], None] = lambda _: None
) -> list[Any]:
    """Return the values at a path, which starts at `start` unless it is absolute.

    `spend` is called for each step with the number of values.
    """
    matches = [root if path.absolute or start is None else start]
    for raw_step in path.steps:
        # A missing or negative index matches nothing.
        step = (
            get_int(root, *raw_step.names, default=-1)
            if isinstance(raw_step, StatusIndex)
            else raw_step
        )
        matches = [value for value in matches for value in _children(value, step)]
        spend(1 + len(matches))
    return [value for value in matches if value is not None]


def _children(value: Any, step: str | int | Filter | None) -> list[Any]:
    if isinstance(step, str):
        return [value[step]] if isinstance(value, dict) and step in value else []
    if step is None and isinstance(value, dict):
        return list(value.values())
    if not isinstance(value, list):
        return []
    if step is None:
        return list(value)
    if isinstance(step, int):
        return value[step : step + 1] if step >= 0 else []
    return [
        item
        for item in value
        if isinstance(item, dict) and scalar_text(item.get(step.field)) == step.value
    ]


def scalar_text(value: Any) -> str:
    """Return a scalar as it is written in YAML; empty for other values."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else ''
