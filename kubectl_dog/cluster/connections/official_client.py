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
from urllib.parse import unquote
from urllib.parse import urlsplit
from urllib.parse import urlunsplit

import urllib3
from urllib3.connection import ProxyConfig
from urllib3.exceptions import ClosedPoolError

from kubectl_dog.cluster.client_config.resolve import resolve_settings
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.transport import pools
from kubectl_dog.cluster.transport import proxy
from kubectl_dog.cluster.transport import ssl_context
from kubectl_dog.cluster.transport import tracked_sockets
from kubectl_dog.cluster.transport.tracked_sockets import TrackedSockets
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError

# The client reads these from files. Our SSLContext replaces them: keys stay off the disk.
_TLS_OPTIONS = ('cert_reqs', 'ca_certs', 'ca_cert_data', 'cert_file', 'key_file', 'assert_hostname')


def connect(flags: ConnectionFlags) -> Connection:
    """Open a connection: read kubeconfig and certificates, run plugins; raises AccessError.

    Sends nothing to the server.
    """
    connection = OfficialClient(
        resolve_settings(flags), flags.request_timeout or 0.0, flags.verbosity or 0
    )
    connection.sign_in()
    return connection


class ManagerPool:
    """A PoolManager with the interface of a pool; a borrowed manager is never closed."""

    def __init__(self, manager: urllib3.PoolManager, is_borrowed: bool) -> None:
        self.manager = manager
        self._is_borrowed = is_borrowed
        self._closed = False

    def urlopen(self, method: str, url: str, **kwargs: Any) -> urllib3.BaseHTTPResponse:
        """Send a request as a pool does; raises ClosedPoolError after `close`."""
        if self._closed:
            raise ClosedPoolError(None, 'the connection was closed')  # type: ignore[arg-type]
        return self.manager.urlopen(method, url, **kwargs)

    def close(self) -> None:
        """Reject all further requests."""
        self._closed = True
        if not self._is_borrowed:
            self.manager.clear()


class ClientConnection(KubeConnection):
    """Base of connections that use the pool of an ApiClient."""

    def _url_prefix(self) -> str:
        return self.server.rstrip('/')

    def _proxy_name(self) -> str:
        manager = self._pool.manager
        return pools.describe_proxy(manager.connection_pool_kw, manager.proxy)


class OfficialClient(ClientConnection):
    """A connection with an ApiClient of its own."""

    def _create_pool(self, settings: Settings) -> ManagerPool:
        return ManagerPool(_create_manager(settings, self._sockets), is_borrowed=False)


def _create_manager(settings: Settings, sockets: TrackedSockets) -> urllib3.PoolManager:
    try:
        from kubernetes import client
    except ImportError:
        raise AccessError(
            'the connection «kubernetes» needs the official client: '
            "pip install 'kubectl-dog[kubernetes]'"
        ) from None
    with _preserve_log_levels():
        configuration = client.Configuration()
    configuration.host = settings.server.rstrip('/')
    configuration.verify_ssl = not settings.insecure
    proxy_url = proxy.choose_proxy(settings)
    is_socks = proxy_url.startswith('socks')
    _set_proxy(configuration, '' if is_socks else proxy_url)
    manager: urllib3.PoolManager = client.ApiClient(configuration).rest_client.pool_manager
    _set_tls(manager.connection_pool_kw, settings)
    if manager.proxy is not None:
        # Like Go, apply the trust settings of the server to a proxy with TLS.
        context = manager.connection_pool_kw.get('ssl_context')
        trust = ProxyConfig(context, False, None, None)
        manager.connection_pool_kw['_proxy_config'] = manager.proxy_config = trust
    manager.connection_pool_kw['socket_options'] = tracked_sockets.socket_options()
    if is_socks:
        manager.connection_pool_kw['_socks_options'] = pools.socks_options(proxy_url)
    # Otherwise `close` could not reach requests that wait for a response.
    manager.pool_classes_by_scheme = pools.create_pool_classes(sockets, is_socks)
    return manager


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


def _set_proxy(configuration: Any, proxy_url: str) -> None:
    # The client has read the proxy environment by different rules.
    configuration.proxy = configuration.proxy_headers = None
    configuration.no_proxy = ''
    if not proxy_url:
        return
    parts = urlsplit(proxy_url)
    if parts.username is not None:
        userinfo = f'{unquote(parts.username)}:{unquote(parts.password or "")}'
        configuration.proxy_headers = urllib3.make_headers(proxy_basic_auth=userinfo)
    netloc = parts.netloc.rpartition('@')[2]
    configuration.proxy = urlunsplit((parts.scheme, netloc, parts.path, '', ''))


def _set_tls(pool: dict[str, Any], settings: Settings) -> None:
    for name in _TLS_OPTIONS:
        pool.pop(name, None)
    if not settings.server.startswith('https:'):
        return
    pool['ssl_context'] = ssl_context.create_context(settings)
    if settings.tls_server_name:
        pool['server_hostname'] = settings.tls_server_name
