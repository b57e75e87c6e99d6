"""Connect to the cluster of a caller: an ApiClient, the name of a context, or the current one."""

from __future__ import annotations

from typing import Any
from typing import Union

from kubectl_dog import api
from kubectl_dog.model.connection import Connection

# A kubernetes.client.ApiClient, a connection of `kubectl_dog.connect()`, the name of a context, or
# None for the current one. (The official client is an extra, and has no types of its own.)
Kube = Union[Connection, str, Any, None]


def connection_for(kube: Kube = None, namespace: str = '') -> Connection:
    """A connection to the cluster of `kube`. Sends nothing yet.

    `namespace` replaces the namespace of the context or of the client. An ApiClient of the caller
    is not closed. Raises AccessError if the cluster cannot be reached or the requests would not
    have the caller's credentials, TypeError if `kube` has another type, and ValueError for a
    connection that was used already.
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
    """Connect by the backend of this name: `kubeconfig`, or `kubernetes` (an extra).

    `flags` are those of the command line with underscores (`context`, `namespace`, `as_user`, …;
    `request_timeout` is in seconds). A connection is for one call, which closes it. Raises
    AccessError.
    """
    return api.connect(connection, **flags)
