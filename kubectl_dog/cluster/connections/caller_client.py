"""A connection by a caller's own ApiClient of the official client: it is lent, and never closed."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import urllib3

from kubectl_dog.cluster.auth.credentials import CredentialProvider
from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.credentials import check_header_value
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.official_client import ClientConnection
from kubectl_dog.cluster.connections.official_client import ManagerPool
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.errors import AccessError

# Every request has its own of these.
_OWN = ('accept', 'accept-encoding', 'authorization', 'content-type', 'user-agent')
# The hook of a client, which refreshes its token, is not made for several threads.
_HOOKS: WeakKeyDictionary[Any, threading.Lock] = WeakKeyDictionary()
_FINDING = threading.Lock()


def connect_by_client(client: Any, namespace: str = '') -> Connection:
    """A connection by a caller's own `kubernetes.client.ApiClient`, which is never closed.

    Its requests are made as the client makes them: by its pool, with its Authorization and its
    default headers (impersonation among them), and with its proxy. It has no namespace of its own,
    so that names are looked for in `namespace`, or in `default`. Raises AccessError where nobody
    would know whose requests they are or where they go, and TypeError for any other thing.
    """
    if not isinstance(getattr(client.rest_client, 'pool_manager', None), urllib3.PoolManager):
        raise TypeError(f'{type(client)} is no ApiClient of the official client')
    host, is_secure = _address(client.configuration)
    settings = Settings(host, namespace or 'default', impersonate=_headers(client))
    made = CallerClient(settings, client)
    if is_secure and not (made.is_known or client.configuration.cert_file):
        raise AccessError(
            f'the ApiClient for {host} has no credentials, and its requests would be anonymous: '
            'the official loader goes on like this where a credential plugin fails, so load it '
            'again, or give the name of a context'
        )
    return made


class CallerClient(ClientConnection):
    """With a caller's; `is_known` tells whether its requests say whose they are."""

    def __init__(self, settings: Settings, client: Any) -> None:
        self._client = client
        super().__init__(settings)

    @property
    def is_known(self) -> bool:
        """Whether there is a header, a cookie or a TLS context that may have an identity."""
        pool = self._client.rest_client.pool_manager.connection_pool_kw
        held = (self._identity.current().authorization, pool.get('ssl_context'))
        return any(held) or bool(pool.get('cert_file') or self._client.cookie)

    def _who(self, settings: Settings) -> CredentialProvider:
        return CallerCredentials(self._client)

    def _open(self, settings: Settings) -> ManagerPool:
        return ManagerPool(self._client.rest_client.pool_manager, lent=True)


class CallerCredentials:
    """The Authorization header that a caller's ApiClient sends."""

    def __init__(self, client: Any) -> None:
        self._client = client
        with _FINDING:
            # Several sessions may have one client.
            self._lock = _HOOKS.setdefault(client, threading.Lock())

    def current(self) -> Credentials:
        """What to send now; raises AccessError for what no header can hold, and where the hook
        that refreshes a token fails.
        """
        headers = {name.lower(): value for name, value in self._client.default_headers.items()}
        for one in self._settings().values():
            if one.get('in') == 'header' and one.get('value'):
                headers[str(one['key']).lower()] = str(one['value'])
        # The official loader leaves the line end of a token file in it.
        value = str(headers.get('authorization') or '').strip()
        return Credentials(check_header_value(value, 'the token of the ApiClient'))

    def renew(self, used: Credentials) -> bool:
        """Whether the client has others now: some hook may have got them."""
        return self.current() != used

    def _settings(self) -> dict[str, dict[str, Any]]:
        try:
            with self._lock:
                return dict(self._client.configuration.auth_settings())
        # It is the caller's code, or its loader's.
        except Exception as error:
            said = str(error) or type(error).__name__
            raise AccessError(f'the ApiClient cannot refresh its token: {said}') from error


def _address(configuration: Any) -> tuple[str, bool]:
    """Where requests go, and whether by TLS."""
    host = str(configuration.host or '').rstrip('/')
    try:
        parts = urlsplit(host)
        is_one = parts.scheme in ('http', 'https') and bool(parts.hostname)
    except ValueError:
        is_one = False
    if not is_one:
        raise AccessError(
            f'the ApiClient has {repr(host) if host else "nothing"} for the address of its server: '
            'load a kubeconfig before it is made, or give the name of a context'
        )
    return host, parts.scheme == 'https'


def _headers(client: Any) -> tuple[tuple[str, str], ...]:
    """What goes with every request, whoever asks, and whatever for."""
    headers = [
        (name, check_header_value(str(value), f'the header {name} of the ApiClient'))
        for name, value in client.default_headers.items()
        if name.lower() not in _OWN
    ]
    if client.cookie:
        headers.append(
            ('Cookie', check_header_value(str(client.cookie), 'the cookie of the ApiClient'))
        )
    return tuple(headers)
