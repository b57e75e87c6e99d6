"""Finds plugins without importing them, and loads the one that is needed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any
from typing import cast

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import is_custom
from kubectl_dog.trackers.protocol import Tracker

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from kubectl_dog.trackers.declarative.rules import Rule

TRACKERS = 'kubectl_dog.trackers.v1'
CONNECTIONS = 'kubectl_dog.connections.v1'


def find(group: str) -> dict[str, EntryPoint]:
    """Entry points of a group by name; of two with one name, the first in a stable order.

    The only place that reads entry points: before Python 3.10 the standard library cannot select
    a group, and the backport stands in.
    """
    if sys.version_info >= (3, 10):
        from importlib.metadata import entry_points
    else:  # pragma: no cover
        from importlib_metadata import entry_points
    found: dict[str, EntryPoint] = {}
    for entry in sorted(entry_points(group=group), key=lambda one: (one.name, one.value)):
        found.setdefault(entry.name, entry)
    return found


def load(group: str, name: str, what: str) -> Any:
    """The object behind an entry point; raises UserError naming the package that broke."""
    known = find(group)
    if name not in known:
        raise UserError(f'no {what} for {name}: there is {", ".join(known) or "none"}')
    return _loaded(known[name], what)


def _loaded(entry: EntryPoint, what: str) -> Any:
    try:
        return entry.load()
    except Exception as error:
        package = f'{entry.dist.name} {entry.dist.version}' if entry.dist else entry.value
        raise UserError(
            f'the {what} {entry.name} of {package} cannot be loaded: {error}'
        ) from error


def tracker(resource: Resource, given: Sequence[Rule] = (), asks_cluster: bool = False) -> Tracker:
    """What judges a kind: a rule that was `given`, the definition's own rule (where the cluster may
    be asked for it), the registered tracker, a rule that ships, or the generic judgement.
    """
    rule = next((one for one in given if one.fits(resource)), None)
    if rule is not None:
        from kubectl_dog.trackers.declarative.judge import Ruled

        return Ruled(rule)
    entry = find(TRACKERS).get(resource.key)
    chosen = cast(Tracker, _loaded(entry, 'tracker')) if entry else _unregistered(resource)
    if asks_cluster and is_custom(resource):
        from kubectl_dog.rules.text import of_annotation
        from kubectl_dog.trackers.declarative.annotated import Annotated

        return Annotated(resource, chosen, of_annotation)
    return chosen


def _unregistered(resource: Resource) -> Tracker:
    from kubectl_dog.rules import library
    from kubectl_dog.trackers import generic
    from kubectl_dog.trackers.declarative.judge import Ruled

    rule = library.find(resource)
    return generic if rule is None else Ruled(rule)
