"""From what people and manifests call a kind to its resource; the server is asked when it must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_dog.model.connection import Connection
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import well_known
from kubectl_dog.model.resources import well_known_kind

if TYPE_CHECKING:
    from kubectl_dog.cluster.discovery.client import Resolver


class KindResolver:
    """Knows what every server has; discovery costs start-up time and is loaded for the rest.

    Its methods raise UserError for what is unknown, and AccessError.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._discovered: Resolver | None = None

    def __call__(self, word: str) -> Resource:
        """The resource of a TYPE, as kubectl takes it."""
        return well_known(word) or self._resolver(word)

    def many(self, word: str) -> list[Resource]:
        """The same; for a category all that are in it."""
        known = well_known(word)
        return [known] if known else self._resolver.many(word)

    def of_kind(self, api_version: str, kind: str) -> Resource | str:
        """The resource of objects with these two fields, or why there is none, in words."""
        return well_known_kind(api_version, kind) or self._resolver.of_kind(api_version, kind)

    @property
    def _resolver(self) -> Resolver:
        if self._discovered is None:
            from kubectl_dog.cluster.discovery.client import Resolver

            self._discovered = Resolver(self._connection)
        return self._discovered
