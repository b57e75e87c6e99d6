"""Resolve kinds to resources; the server is only asked about kinds that are not well known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_dog.model.connection import Connection
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import well_known
from kubectl_dog.model.resources import well_known_kind

if TYPE_CHECKING:
    from kubectl_dog.cluster.discovery.client import Resolver


class KindResolver:
    """A resolver for well-known kinds; it loads discovery, which is slow, for other kinds only.

    Its methods raise UserError for unknown kinds, and AccessError.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._loaded: Resolver | None = None

    def __call__(self, word: str) -> Resource:
        """Return the resource of a TYPE, by the rules of kubectl."""
        return well_known(word) or self._resolver(word)

    def many(self, word: str) -> list[Resource]:
        """Return the resource of a TYPE, or all resources of a category."""
        known = well_known(word)
        return [known] if known else self._resolver.many(word)

    def of_kind(self, api_version: str, kind: str) -> Resource | str:
        """Return the resource of objects with these fields, or a message if there is none."""
        return well_known_kind(api_version, kind) or self._resolver.of_kind(api_version, kind)

    def listed(self) -> list[Resource]:
        """Return all kinds whose objects can be listed, each in its preferred version."""
        preferred: dict[tuple[str, str], Resource] = {}
        for entry in self._resolver.all_kinds():
            if entry.listed:
                resource = entry.resource
                preferred.setdefault((resource.group, resource.plural), resource)
        return list(preferred.values())

    @property
    def _resolver(self) -> Resolver:
        if self._loaded is None:
            from kubectl_dog.cluster.discovery.client import Resolver

            self._loaded = Resolver(self._connection)
        return self._loaded
