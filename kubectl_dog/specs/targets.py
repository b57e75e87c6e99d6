"""From a spec to targets with options of their own."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.specs.entries import Entry
from kubectl_dog.specs.entries import entries
from kubectl_dog.specs.fields import wrong
from kubectl_dog.specs.mapping import options


def parse(spec: Any, name: str = '') -> tuple[Entry, ...]:
    """The resources of a spec (a JSON value); no cluster is asked.

    Raises UserError that begins with the `name` and the JSON path of what is wrong.
    """
    try:
        return tuple(entries(spec))
    except UserError as error:
        raise UserError(f'{name}{error}') from None


def targets(
    found: Iterable[Entry], namespace: str, resolve: Callable[[str], Resource], call: Options
) -> dict[Target, Options]:
    """Each target with its options. An entry without a namespace is looked for in `namespace`,
    and a kind without namespaces in none. Raises UserError, and what `resolve` does.
    """
    own: dict[Target, Options] = {}
    seen: dict[tuple[str, ...], str] = {}
    for entry in found:
        resource = _resolved(entry, resolve)
        where = (entry.namespace or namespace) if resource.namespaced else ''
        target = Target(resource, where, entry.name)
        before = seen.setdefault((resource.group, resource.kind, where, entry.name), entry.path)
        if before != entry.path:
            at = f' in namespace {where}' if where else ''
            raise wrong(entry.path, f'{target.label}{at} is tracked already, by {before}')
        own[target] = options(entry.told, call)
    return own


def _resolved(entry: Entry, resolve: Callable[[str], Resource]) -> Resource:
    try:
        return resolve(entry.word)
    except AccessError:
        raise
    except UserError as error:
        raise wrong(entry.path, str(error)) from None
