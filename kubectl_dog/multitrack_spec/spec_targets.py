"""From a spec to targets with options of their own."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.multitrack_spec.option_mapping import options
from kubectl_dog.multitrack_spec.spec_entries import SpecEntry
from kubectl_dog.multitrack_spec.spec_entries import entries
from kubectl_dog.multitrack_spec.spec_fields import wrong


class Spec(NamedTuple):
    """What is asked for; `name` is where it comes from, and may be empty."""

    entries: tuple[SpecEntry, ...]
    name: str = ''


def parse(value: Any, name: str = '') -> Spec:
    """A spec from its JSON value; no cluster is asked.

    Raises UserError that begins with the `name` and the JSON path of what is wrong.
    """
    with _blaming(name):
        return Spec(tuple(entries(value)), name)


def targets(
    spec: Spec, namespace: str, resolve: Callable[[str], Resource], call: Options
) -> dict[Target, Options]:
    """Each target with its options. An entry without a namespace is looked for in `namespace`,
    and a kind without namespaces in none. Raises UserError as `parse` does, and AccessError.
    """
    own: dict[Target, Options] = {}
    seen: dict[tuple[str, ...], str] = {}
    with _blaming(spec.name):
        for entry in spec.entries:
            target = _target(entry, namespace, resolve)
            resource, where, _ = target
            key = (resource.group, resource.kind, where, entry.name)
            if key in seen:
                at = f' in namespace {where}' if where else ''
                raise wrong(entry.path, f'{target.label}{at} is tracked already, by {seen[key]}')
            seen[key] = entry.path
            own[target] = options(entry.fields, call)
    return own


def _target(entry: SpecEntry, namespace: str, resolve: Callable[[str], Resource]) -> Target:
    with _blaming(entry.path):
        resource = resolve(entry.word)
    return Target(
        resource, (entry.namespace or namespace) if resource.namespaced else '', entry.name
    )


@contextmanager
def _blaming(place: str) -> Iterator[None]:
    """Put where it is before what is wrong; no way to the cluster is nobody's fault."""
    try:
        yield
    except AccessError:
        raise
    except UserError as error:
        raise UserError(f'{place}: {error}' if place else str(error)) from None
