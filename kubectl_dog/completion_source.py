"""The front door for completion: what has a name, in kubeconfig and cluster."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    # Under its own name: that is how others may use it.
    from kubectl_dog.model.connection import Connection as Connection  # noqa: PLC0414


def entries(section: str, **flags: Any) -> Sequence[str]:
    """The names of `contexts`, `clusters` or `users` in the kubeconfig; raises AccessError."""
    import os

    from kubectl_dog.cluster.client_config import kubeconfig

    found = kubeconfig.load(flags['kubeconfig'], os.environ, flags['kubeconfig_base64'])
    named: Mapping[str, Any] = getattr(found, section)
    return list(named)


def namespaces(connection: Connection) -> Sequence[str]:
    """The namespaces of the cluster; raises AccessError and UnreachableError."""
    from kubectl_dog.cluster.reads.object_names import object_names
    from kubectl_dog.model.resources import NAMESPACES

    return object_names(connection, NAMESPACES)


def kinds(connection: Connection) -> Mapping[str, str]:
    """What may be typed for each kind that can be listed, with its kind and version.

    Raises AccessError.
    """
    from kubectl_dog.cluster.discovery.client import Resolver
    from kubectl_dog.cluster.discovery.matching import spellings

    found = spellings(Resolver(connection).all_kinds())
    return {
        spelling: f'{each.resource.kind} {each.resource.api_version}'
        for spelling, each in found.items()
    }


def objects(connection: Connection, types: str) -> Sequence[str]:
    """The names of the objects of kinds (commas between them) in the connection's namespace.

    Raises UserError for what is no kind, AccessError and UnreachableError.
    """
    from kubectl_dog.cluster.discovery.resolver import KindResolver
    from kubectl_dog.cluster.reads.object_names import object_names

    resolve = KindResolver(connection).many
    resources = {resource: None for word in types.split(',') for resource in resolve(word)}
    return list(dict.fromkeys(name for one in resources for name in object_names(connection, one)))
