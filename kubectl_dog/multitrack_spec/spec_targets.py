"""Parse a spec, and convert it to targets and their options."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from typing import NamedTuple
from typing import NoReturn

from kubectl_dog.model import json_decoding
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.fields import Field
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.multitrack_spec.option_mapping import options
from kubectl_dog.multitrack_spec.spec_entries import SpecEntry
from kubectl_dog.multitrack_spec.spec_entries import entries

# Characters of a key that messages show.
_LONGEST_KEY = 63
_EXAMPLE = '{"Deployments": [{"ResourceName": "web"}]}'


class Spec(NamedTuple):
    """A parsed spec."""

    entries: tuple[SpecEntry, ...]


def parse(value: Any, name: str = 'spec') -> Spec:
    """Parse a spec from its JSON value, without a cluster.

    Raises UserError that begins with the `name` and the path of the error.
    """
    return Spec(tuple(entries(Field(value, name))))


def parse_text(content: bytes, name: str) -> Spec:
    """Parse a spec from the bytes of a file, as strict JSON. Errors are those of `parse`."""
    clipped = json_decoding.clip(content)
    try:
        value = json.loads(clipped, object_pairs_hook=_object, parse_constant=_constant)
    except ValueError as error:
        problem = f'is empty: use {_EXAMPLE}' if not content.strip() else f'is not JSON: {error}'
        raise UserError(f'{name} {problem}') from None
    if clipped is not content:
        raise UserError(f'{name} is nested more than {json_decoding.DEEPEST} levels deep')
    return parse(value, name)


def targets(
    spec: Spec, namespace: str, resolve: Callable[[str], Resource], call: Options
) -> dict[Target, Options]:
    """Return the targets of a spec and their options.

    An entry without a namespace is in `namespace`, unless its kind has no namespaces. Raises
    UserError as `parse` does, and AccessError.
    """
    options_by_target: dict[Target, Options] = {}
    paths: dict[tuple[str, ...], str] = {}
    for entry in spec.entries:
        target = _target(entry, namespace, resolve)
        resource, entry_namespace, _ = target
        key = (resource.group, resource.kind, entry_namespace, entry.name)
        if key in paths:
            at = f' in namespace {entry_namespace}' if entry_namespace else ''
            raise entry.data.error(f'{target.label}{at} is already tracked by {paths[key]}')
        paths[key] = entry.data.path
        options_by_target[target] = options(entry.fields, call)
    return options_by_target


def _target(entry: SpecEntry, namespace: str, resolve: Callable[[str], Resource]) -> Target:
    try:
        resource = resolve(entry.type_name)
    except AccessError:
        raise
    except UserError as error:
        raise entry.data.error(str(error)) from None
    return Target(
        resource, (entry.namespace or namespace) if resource.namespaced else '', entry.name
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        duplicate = next(key for key, count in counts.items() if count > 1)
        raise ValueError(f'duplicate key "{duplicate[:_LONGEST_KEY]}" in an object')
    return result


def _constant(word: str) -> NoReturn:
    raise ValueError(f'{word} is not valid JSON')
