"""The `kubernetes` connection: requests are carried by the official client's ApiClient.

It carries requests, and no more. The kubeconfig is read, and credentials are got, as they are for
the `kubeconfig` connection, because the official loader differs from kubectl in this: where a
plugin fails it goes on without any credentials, it drops impersonation, and it takes the last
current-context of several files. docs/library.md has what is left.
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

# What the client takes from files, and we have in one context: keys stay off the disk.
_TLS = ('cert_reqs', 'ca_certs', 'ca_cert_data', 'cert_file', 'key_file', 'assert_hostname')


def connect(flags: ConnectionFlags) -> Connection:
    """Read kubeconfig and certificates, and sign in where a plugin does that; raises AccessError.

    Nothing is sent to the server yet.
    """
    made = OwnClient(resolve_settings(flags), flags.request_timeout or 0.0, flags.verbosity or 0)
    made.sign_in()
    return made


class ManagerPool:
    """A PoolManager as a pool; who has `lent` it goes on with it."""

    def __init__(self, manager: urllib3.PoolManager, lent: bool) -> None:
        self.manager = manager
        self._lent = lent
        self._closed = False

    def urlopen(self, method: str, url: str, **how: Any) -> urllib3.BaseHTTPResponse:
        """As a pool's; raises ClosedPoolError after `close`."""
        if self._closed:
            raise ClosedPoolError(None, 'the connection was closed')  # type: ignore[arg-type]
        return self.manager.urlopen(method, url, **how)

    def close(self) -> None:
        """Send nothing more."""
        self._closed = True
        if not self._lent:
            self.manager.clear()


class ClientConnection(KubeConnection):
    """Implements `protocol.Connection` on the pool of an ApiClient."""

    def _origin(self) -> str:
        return self.server.rstrip('/')

    def _proxy(self) -> str:
        manager = self._pool.manager
        return pools.proxied(manager.connection_pool_kw, manager.proxy)


class OwnClient(ClientConnection):
    """With an ApiClient of its own."""

    def _open(self, settings: Settings) -> ManagerPool:
        return ManagerPool(_manager(settings, self._sockets), lent=False)


def _manager(settings: Settings, opened: TrackedSockets) -> urllib3.PoolManager:
    try:
        from kubernetes import client
    except ImportError:
        raise AccessError(
            'the connection «kubernetes» needs the official client: '
            "pip install 'kubectl-dog[kubernetes]'"
        ) from None
    with _as_it_was():
        configuration = client.Configuration()
    configuration.host = settings.server.rstrip('/')
    configuration.verify_ssl = not settings.insecure
    through = proxy.choose_proxy(settings)
    is_socks = through.startswith('socks')
    _through(configuration, '' if is_socks else through)
    manager: urllib3.PoolManager = client.ApiClient(configuration).rest_client.pool_manager
    _secure(manager.connection_pool_kw, settings)
    if manager.proxy is not None:
        # As Go does it: a proxy with TLS is trusted as the server is.
        context = manager.connection_pool_kw.get('ssl_context')
        trust = ProxyConfig(context, False, None, None)
        manager.connection_pool_kw['_proxy_config'] = manager.proxy_config = trust
    manager.connection_pool_kw['socket_options'] = tracked_sockets.options()
    if is_socks:
        manager.connection_pool_kw['_socks_options'] = pools.socks(through)
    # Only so can `close` reach what waits for an answer.
    manager.pool_classes_by_scheme = pools.classes(opened, is_socks)
    return manager


@contextmanager
def _as_it_was() -> Iterator[None]:
    """Versions 35 and 36 set the log levels of the whole process when a Configuration is made."""
    levels = {one: one.level for one in map(logging.getLogger, ('client', 'urllib3'))}
    debug = HTTPConnection.debuglevel
    try:
        yield
    finally:
        HTTPConnection.debuglevel = debug
        for logger, level in levels.items():
            logger.setLevel(level)


def _through(configuration: Any, address: str) -> None:
    # It has read the environment by rules of its own.
    configuration.proxy = configuration.proxy_headers = None
    configuration.no_proxy = ''
    if not address:
        return
    parts = urlsplit(address)
    if parts.username is not None:
        pair = f'{unquote(parts.username)}:{unquote(parts.password or "")}'
        configuration.proxy_headers = urllib3.make_headers(proxy_basic_auth=pair)
    place = parts.netloc.rpartition('@')[2]
    configuration.proxy = urlunsplit((parts.scheme, place, parts.path, '', ''))


def _secure(pool: dict[str, Any], settings: Settings) -> None:
    for name in _TLS:
        pool.pop(name, None)
    if not settings.server.startswith('https:'):
        return
    pool['ssl_context'] = ssl_context.context(settings)
    if settings.tls_server_name:
        pool['server_hostname'] = settings.tls_server_name
