"""Connect to the cluster of a caller: an ApiClient, the name of a context, or the current one."""

from __future__ import annotations

from typing import Any
from typing import Union

from kubectl_dog import api
from kubectl_dog.library.option_values import check_flags
from kubectl_dog.model.connection import Connection

# A kubernetes.client.ApiClient, a connection of `kubectl_dog.connect()`, the name of a context, or
# None for the current one. (The official client is an extra, and has no types of its own.)
Kube = Union[Connection, str, Any, None]


def connection_for(kube: Kube = None, namespace: str = '') -> Connection:
    """Return a connection to the cluster of `kube`, without sending a request.

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
        raise TypeError(f'kube must be {known}, not {type(kube).__name__}')
    if getattr(kube, 'is_closed', False):
        raise ValueError('the connection was closed by the call that used it: call connect() again')
    if namespace and namespace != kube.namespace:
        raise ValueError('the connection has another namespace: pass the namespace to connect()')
    connection: Connection = kube
    return connection


def connect(connection: str = 'kubeconfig', **flags: Any) -> Connection:
    """Connect by the backend of this name: `kubeconfig`, or `kubernetes` (an extra).

    `flags` are those of the command line with underscores (`context`, `namespace`, `as_user`, …;
    `request_timeout` is in seconds). A connection is for one call, which closes it. Raises
    AccessError, TypeError for an unknown flag or a value of another type, and UserError.
    """
    return api.connect(connection, **check_flags(flags))
