"""Convert a spec to targets and their options."""

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
from kubectl_dog.multitrack_spec.spec_fields import spec_error


class Spec(NamedTuple):
    """A parsed spec; `name` is the name of its file, or empty."""

    entries: tuple[SpecEntry, ...]
    name: str = ''


def parse(value: Any, name: str = '') -> Spec:
    """Parse a spec from its JSON value, without a cluster.

    Raises UserError that begins with the `name` and the JSON path of the error.
    """
    with _error_prefix(name):
        return Spec(tuple(entries(value)), name)


def targets(
    spec: Spec, namespace: str, resolve: Callable[[str], Resource], call: Options
) -> dict[Target, Options]:
    """The targets and their options. An entry without a namespace is in `namespace`, unless its
    kind has no namespaces. Raises UserError as `parse` does, and AccessError.
    """
    options_by_target: dict[Target, Options] = {}
    paths: dict[tuple[str, ...], str] = {}
    with _error_prefix(spec.name):
        for entry in spec.entries:
            target = _target(entry, namespace, resolve)
            resource, entry_namespace, _ = target
            key = (resource.group, resource.kind, entry_namespace, entry.name)
            if key in paths:
                at = f' in namespace {entry_namespace}' if entry_namespace else ''
                raise spec_error(
                    entry.path, f'{target.label}{at} is tracked already, by {paths[key]}'
                )
            paths[key] = entry.path
            options_by_target[target] = options(entry.fields, call)
    return options_by_target


def _target(entry: SpecEntry, namespace: str, resolve: Callable[[str], Resource]) -> Target:
    with _error_prefix(entry.path):
        resource = resolve(entry.type_name)
    return Target(
        resource, (entry.namespace or namespace) if resource.namespaced else '', entry.name
    )


@contextmanager
def _error_prefix(prefix: str) -> Iterator[None]:
    """Add a prefix to the message of a UserError, except an AccessError, which the spec did not
    cause.
    """
    try:
        yield
    except AccessError:
        raise
    except UserError as error:
        raise UserError(f'{prefix}: {error}' if prefix else str(error)) from None
