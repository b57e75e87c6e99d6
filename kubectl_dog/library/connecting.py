"""The cluster that a caller means: an ApiClient of its own, a context's name, or nothing."""

from __future__ import annotations

from typing import Any
from typing import Union

from kubectl_dog import api
from kubectl_dog.model.connection import Connection

# A kubernetes.client.ApiClient, a connection of `kubectl_dog.connect()`, the name of a context, or
# None for the current one. (The official client is an extra, and has no types of its own.)
Kube = Union[Connection, str, Any, None]


def connection_for(kube: Kube = None, namespace: str = '') -> Connection:
    """A connection to the cluster of `kube`; nothing is sent yet.

    `namespace` is where names are looked for, in place of the one that the context or the client
    has. An ApiClient stays the caller's: it is not closed. Raises AccessError where there is no way
    to the cluster, or where requests would go out under no identity, or under another one,
    TypeError for what is none of these, and ValueError for a connection that has served its call.
    """
    if kube is None or isinstance(kube, str):
        return api.connect(context=kube or None, namespace=namespace or None)
    if hasattr(kube, 'rest_client'):
        return api.connect_by_client(kube, namespace)
    if not hasattr(kube, 'stream') or not hasattr(kube, 'namespace'):
        known = 'an ApiClient, the name of a context, a connection, or None'
        raise TypeError(f'kube is {known}, and no {type(kube)}')
    if getattr(kube, 'is_closed', False):
        raise ValueError('a connection serves one call, and was closed by it: connect() once more')
    if namespace and namespace != kube.namespace:
        raise ValueError('a connection has its namespace: give it to connect()')
    connection: Connection = kube
    return connection


def connect(connection: str = 'kubeconfig', **flags: Any) -> Connection:
    """A connection by the backend of that name: `kubeconfig`, or `kubernetes` (an extra).

    `flags` are those of the command line with underscores (`context`, `namespace`, `as_user`, …;
    `request_timeout` is in seconds). It serves one call, which closes it. Raises AccessError.
    """
    return api.connect(connection, **flags)
