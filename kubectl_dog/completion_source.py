"""Names for completion, from the kubeconfig and the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any
from typing import cast

from kubectl_dog.model.connection import ConnectionFlags

if TYPE_CHECKING:
    # The same name after `as` marks it as re-exported.
    from kubectl_dog.model.connection import Connection as Connection  # noqa: PLC0414


class LazyConnection:
    """A connection by kubeconfig, opened at the first request.

    Cached kinds need no connection, and its modules take longer to import than all others.
    """

    def __init__(self, flags: ConnectionFlags) -> None:
        """Read the kubeconfig; raises AccessError."""
        from kubectl_dog.cluster.client_config.resolve import resolve_settings

        settings = resolve_settings(flags)
        self._flags = flags
        self.server = settings.server_name
        self.namespace = settings.namespace
        # As for the connection itself: with impersonation, the name does not identify the user.
        self.user = '' if settings.impersonate else settings.user

    @cached_property
    def _connection(self) -> Connection:
        from kubectl_dog.cluster.connections import kubeconfig_connection

        return kubeconfig_connection.connect(self._flags)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def connect(**flags: Any) -> Connection:
    """Return a connection for completion; raises AccessError."""
    return cast('Connection', LazyConnection(ConnectionFlags(**flags)))


def entries(section: str, **flags: Any) -> Sequence[str]:
    """Return the names of `contexts`, `clusters` or `users` in the kubeconfig."""
    import os

    from kubectl_dog.cluster.client_config import kubeconfig

    config = kubeconfig.load(flags['kubeconfig'], os.environ, flags['kubeconfig_base64'])
    entries_by_name: Mapping[str, Any] = getattr(config, section)
    return list(entries_by_name)


def namespaces(connection: Connection) -> Sequence[str]:
    """Return the namespaces of the cluster; raises AccessError and UnreachableError."""
    from kubectl_dog.cluster.reads.object_names import object_names
    from kubectl_dog.model.resources import NAMESPACES

    return object_names(connection, NAMESPACES)


def kinds(connection: Connection) -> Mapping[str, str]:
    """Return the spellings of each kind that can be listed, with its kind and version.

    Raises AccessError.
    """
    from kubectl_dog.cluster.discovery.kind_cache import Cache
    from kubectl_dog.cluster.discovery.matching import spellings

    known = Cache(connection.server, connection.user).read()
    if not known:
        from kubectl_dog.cluster.discovery.client import Resolver

        known = Resolver(connection).all_kinds()
    kinds_by_spelling = spellings(known)
    return {
        spelling: f'{kind.resource.kind} {kind.resource.api_version}'
        for spelling, kind in kinds_by_spelling.items()
    }


def objects(connection: Connection, types: str) -> Sequence[str]:
    """Return the names of the objects of kinds (comma-separated) in the default namespace.

    Raises UserError for an unknown kind, AccessError and UnreachableError.
    """
    from kubectl_dog.cluster.discovery.resolver import KindResolver
    from kubectl_dog.cluster.reads.object_names import object_names

    resolve = KindResolver(connection).many
    resources = {resource: None for word in types.split(',') for resource in resolve(word)}
    return list(
        dict.fromkeys(name for resource in resources for name in object_names(connection, resource))
    )
