"""Finds plugins without importing them, and loads the one that is needed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from typing import Any
from typing import cast

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Resource
from kubectl_dog.trackers.protocol import Tracker

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

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
    entry = known[name]
    try:
        return entry.load()
    except Exception as error:
        package = f'{entry.dist.name} {entry.dist.version}' if entry.dist else entry.value
        raise UserError(f'the {what} {name} of {package} cannot be loaded: {error}') from error


def tracker(resource: Resource) -> Tracker:
    """The tracker registered for a kind."""
    return cast(Tracker, load(TRACKERS, resource.key, 'tracker'))
