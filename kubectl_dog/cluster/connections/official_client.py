"""The `kubernetes` connection: an ApiClient of the official client sends the requests.

The kubeconfig and the credentials are handled as for the `kubeconfig` connection, because the
official loader differs from kubectl: it continues without credentials if a plugin fails, drops
impersonation, and takes the last current-context of several files. docs/library.md lists the
remaining differences.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from kubectl_dog.cluster.client_config.resolve import resolve_settings
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.connections.kubeconfig_connection import Pool
from kubectl_dog.cluster.transport.route import Route
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError


def connect(flags: ConnectionFlags) -> Connection:
    """Open a connection: read kubeconfig and certificates, run plugins; raises AccessError.

    Sends nothing to the server.
    """
    connection = OfficialClient(
        resolve_settings(flags), flags.request_timeout or 0.0, flags.verbosity or 0
    )
    connection.sign_in()
    return connection


class OfficialClient(KubeConnection):
    """A connection with its own ApiClient."""

    def _create_pool(self, settings: Settings) -> Pool:
        manager = _create_manager(settings.server)
        # Installed with the official client, which was just imported.
        from kubectl_dog.cluster.connections.urllib3_pool import create_route_pool

        return create_route_pool(manager, Route(settings, self._sockets))


def _create_manager(server: str) -> Any:
    """Return the pool manager of a new ApiClient, without the proxies that it finds itself."""
    try:
        from kubernetes import client
    except ImportError:
        raise AccessError(
            'the connection "kubernetes" needs the official client: '
            "pip install 'kubectl-dog[kubernetes]'"
        ) from None
    with _preserve_log_levels():
        configuration = client.Configuration()
    configuration.host = server
    configuration.proxy = configuration.no_proxy = None
    return client.ApiClient(configuration).rest_client.pool_manager


@contextmanager
def _preserve_log_levels() -> Iterator[None]:
    """Restore the log levels of the process, which a Configuration of versions 35 and 36 sets."""
    levels = {logger: logger.level for logger in map(logging.getLogger, ('client', 'urllib3'))}
    debug = HTTPConnection.debuglevel
    try:
        yield
    finally:
        HTTPConnection.debuglevel = debug
        for logger, level in levels.items():
            logger.setLevel(level)
