"""The names for completion, from the kubeconfig and the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    # The same name after `as` marks it as re-exported.
    from kubectl_dog.model.connection import Connection as Connection  # noqa: PLC0414


def entries(section: str, **flags: Any) -> Sequence[str]:
    """The names of `contexts`, `clusters` or `users` in the kubeconfig; raises AccessError."""
    import os

    from kubectl_dog.cluster.client_config import kubeconfig

    config = kubeconfig.load(flags['kubeconfig'], os.environ, flags['kubeconfig_base64'])
    entries_by_name: Mapping[str, Any] = getattr(config, section)
    return list(entries_by_name)


def namespaces(connection: Connection) -> Sequence[str]:
    """The namespaces of the cluster; raises AccessError and UnreachableError."""
    from kubectl_dog.cluster.reads.object_names import object_names
    from kubectl_dog.model.resources import NAMESPACES

    return object_names(connection, NAMESPACES)


def kinds(connection: Connection) -> Mapping[str, str]:
    """The spellings of each kind that can be listed, with its kind and version.

    Raises AccessError.
    """
    from kubectl_dog.cluster.discovery.client import Resolver
    from kubectl_dog.cluster.discovery.matching import spellings

    kinds_by_spelling = spellings(Resolver(connection).all_kinds())
    return {
        spelling: f'{kind.resource.kind} {kind.resource.api_version}'
        for spelling, kind in kinds_by_spelling.items()
    }


def objects(connection: Connection, types: str) -> Sequence[str]:
    """The names of the objects of kinds (separated by commas) in the connection's namespace.

    Raises UserError for an unknown kind, AccessError and UnreachableError.
    """
    from kubectl_dog.cluster.discovery.resolver import KindResolver
    from kubectl_dog.cluster.reads.object_names import object_names

    resolve = KindResolver(connection).many
    resources = {resource: None for word in types.split(',') for resource in resolve(word)}
    return list(
        dict.fromkeys(name for resource in resources for name in object_names(connection, resource))
    )
