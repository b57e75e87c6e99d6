"""A connection that uses an ApiClient of the caller and never closes it."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from kubectl_dog.cluster.auth.credentials import CredentialProvider
from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.credentials import check_header_value
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.connections.kubeconfig_connection import Pool
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.secret_texts import mask_url

# Each request sets these headers itself.
_REQUEST_HEADERS = ('accept', 'accept-encoding', 'authorization', 'content-type', 'user-agent')
# The hook of a client that refreshes its token is not thread-safe: one lock per client.
_LOCKS: WeakKeyDictionary[Any, threading.Lock] = WeakKeyDictionary()
_LOCKS_GUARD = threading.Lock()


def connect_by_client(client: Any, namespace: str = '') -> Connection:
    """Return a connection that uses the caller's `kubernetes.client.ApiClient`.

    Requests use the pool, the proxy, the Authorization and the default headers of the client
    (including impersonation). A client has no namespace, so the default namespace is `namespace`,
    or `default`. The client is never closed. Raises AccessError if the client has no credentials
    or no valid address, and TypeError if it is not an ApiClient.
    """
    manager = getattr(getattr(client, 'rest_client', None), 'pool_manager', None)
    if not hasattr(manager, 'connection_pool_kw'):
        raise TypeError(f'{type(client)} is not an ApiClient of the official client')
    host, is_secure = _server_address(client.configuration)
    settings = Settings(host, namespace or 'default', impersonate=_default_headers(client))
    connection = CallerClient(settings, client)
    if is_secure and not (connection.has_credentials or client.configuration.cert_file):
        raise AccessError(
            f'the ApiClient for {mask_url(host)} has no credentials, so its requests would be '
            'anonymous: the official loader ignores a credential plugin that fails; load the '
            'kubeconfig again, or pass the name of a context'
        )
    return connection


class CallerClient(KubeConnection):
    """A connection that uses an ApiClient of the caller."""

    def __init__(self, settings: Settings, client: Any) -> None:
        self._client = client
        super().__init__(settings)

    @property
    def has_credentials(self) -> bool:
        """Report whether a header, a cookie or the TLS context may identify the user."""
        pool = self._client.rest_client.pool_manager.connection_pool_kw
        evidence = (self._provider.current().authorization, pool.get('ssl_context'))
        return any(evidence) or bool(pool.get('cert_file') or self._client.cookie)

    def _create_provider(self, settings: Settings, seconds: float) -> CredentialProvider:
        return CallerCredentials(self._client)

    def _create_pool(self, settings: Settings) -> Pool:
        from kubectl_dog.cluster.connections.urllib3_pool import Urllib3Pool

        manager = self._client.rest_client.pool_manager
        return Urllib3Pool(manager, settings.server, mask_url(str(manager.proxy or '')))


class CallerCredentials:
    """A provider of the Authorization header that the ApiClient of a caller sends."""

    def __init__(self, client: Any) -> None:
        self._client = client
        with _LOCKS_GUARD:
            # Several sessions may share one client.
            self._lock = _LOCKS.setdefault(client, threading.Lock())

    def current(self) -> Credentials:
        """Return the credentials to send now.

        Raises AccessError for invalid header values, and if the hook that refreshes the token
        fails.
        """
        headers = {name.lower(): value for name, value in self._client.default_headers.items()}
        for setting in self._settings().values():
            if setting.get('in') == 'header' and setting.get('value'):
                headers[str(setting['key']).lower()] = str(setting['value'])
        # The official loader keeps the line end of a token file.
        value = str(headers.get('authorization') or '').strip()
        return Credentials(check_header_value(value, 'the token of the ApiClient'))

    def renew(self, used: Credentials) -> bool:
        """Report whether the client has other credentials now: a hook may have renewed them."""
        return self.current() != used

    def close(self) -> None:
        """Do nothing: the client belongs to the caller."""

    def _settings(self) -> dict[str, dict[str, Any]]:
        try:
            with self._lock:
                return dict(self._client.configuration.auth_settings())
        # The hook is code of the caller or of its loader.
        except Exception as error:
            reason = str(error) or type(error).__name__
            raise AccessError(f'the ApiClient cannot refresh its token: {reason}') from error


def _server_address(configuration: Any) -> tuple[str, bool]:
    """Return the address of the server, and whether it uses TLS."""
    host = str(configuration.host or '').rstrip('/')
    try:
        parts = urlsplit(host)
        is_valid = parts.scheme in ('http', 'https') and bool(parts.hostname)
    except ValueError:
        is_valid = False
    if not is_valid:
        raise AccessError(
            f'the ApiClient has an invalid server address "{mask_url(host)}": load a kubeconfig '
            'before creating it, or pass the name of a context'
        )
    return host, parts.scheme == 'https'


def _default_headers(client: Any) -> tuple[tuple[str, str], ...]:
    """Return the headers that every request of the client has."""
    headers = [
        (name, check_header_value(str(value), f'the header {name} of the ApiClient'))
        for name, value in client.default_headers.items()
        if name.lower() not in _REQUEST_HEADERS
    ]
    if client.cookie:
        headers.append(
            ('Cookie', check_header_value(str(client.cookie), 'the cookie of the ApiClient'))
        )
    return tuple(headers)
