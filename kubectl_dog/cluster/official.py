"""The `kubernetes` connection: requests are carried by the official client's ApiClient.

It carries requests, and no more. The kubeconfig is read, and credentials are got, as they are for
the `kubeconfig` connection, because the official loader differs from kubectl in this: where a
plugin fails it goes on without any credentials, it drops impersonation, and it takes the last
current-context of several files. docs/connection.md has what is left.
"""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import unquote
from urllib.parse import urlsplit
from urllib.parse import urlunsplit

import urllib3
from urllib3.exceptions import ClosedPoolError

from kubectl_dog.cluster import proxy
from kubectl_dog.cluster import tls
from kubectl_dog.cluster.connection import KubeConnection
from kubectl_dog.cluster.identity import Credentials
from kubectl_dog.cluster.identity import Identity
from kubectl_dog.cluster.identity import sendable
from kubectl_dog.cluster.protocol import Connection
from kubectl_dog.cluster.protocol import Flags
from kubectl_dog.cluster.resolving import resolve
from kubectl_dog.cluster.settings import Settings
from kubectl_dog.model.errors import AccessError

# What the client takes from files, and we have in one context: keys stay off the disk.
_TLS = ('cert_reqs', 'ca_certs', 'ca_cert_data', 'cert_file', 'key_file', 'assert_hostname')
# Every request has its own of these.
_OWN = ('accept', 'authorization', 'content-type', 'user-agent')


def connect(flags: Flags) -> Connection:
    """Read kubeconfig and certificates, and sign in where a plugin does that; raises AccessError.

    Nothing is sent to the server yet.
    """
    made = OwnClient(resolve(flags), flags.request_timeout or 0.0, flags.verbosity or 0)
    made.sign_in()
    return made


def adopt(client: Any, namespace: str = '') -> Connection:
    """A connection by a caller's own `kubernetes.client.ApiClient`, which is never closed.

    Its requests are made as the client makes them: by its pool, with its Authorization and its
    default headers (impersonation among them), and with its proxy. It has no namespace of its own,
    so that names are looked for in `namespace`, or in `default`. Raises AccessError where nobody
    would know whose requests they are.
    """
    configuration = client.configuration
    host = str(configuration.host).rstrip('/')
    headers = tuple(
        (name, str(value))
        for name, value in client.default_headers.items()
        if name.lower() not in _OWN
    )
    if client.cookie:
        headers += (('Cookie', client.cookie),)
    settings = Settings(host, namespace or 'default', impersonate=headers)
    made = LentClient(settings, client)
    if host.startswith('https:') and not (made.is_known or configuration.cert_file):
        raise AccessError(
            f'the ApiClient for {host} has no credentials, and its requests would be anonymous: '
            'the official loader goes on like this where a credential plugin fails, so load it '
            'again, or give the name of a context'
        )
    return made


class Carrier:
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
        return str(self._pool.manager.proxy or '')


class OwnClient(ClientConnection):
    """With an ApiClient of its own."""

    def _open(self, settings: Settings) -> Carrier:
        return Carrier(_client(settings).rest_client.pool_manager, lent=False)


class LentClient(ClientConnection):
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

    def _who(self, settings: Settings) -> Identity:
        return LentIdentity(self._client)

    def _open(self, settings: Settings) -> Carrier:
        return Carrier(self._client.rest_client.pool_manager, lent=True)


class LentIdentity:
    """The Authorization header that a caller's ApiClient sends."""

    def __init__(self, client: Any) -> None:
        self._client = client
        # The client's hook, which refreshes a token, is not made for several threads.
        self._lock = threading.Lock()

    def current(self) -> Credentials:
        """What to send now; raises AccessError for what no header can hold."""
        headers = {name.lower(): value for name, value in self._client.default_headers.items()}
        with self._lock:
            settings = self._client.configuration.auth_settings()
        for one in settings.values():
            if one.get('in') == 'header' and one.get('value'):
                headers[str(one['key']).lower()] = str(one['value'])
        # The official loader leaves the line end of a token file in it.
        value = str(headers.get('authorization') or '').strip()
        return Credentials(sendable(value, 'the token of the ApiClient'))

    def renew(self, used: Credentials) -> bool:
        """Whether the client has others now: some hook may have got them."""
        return self.current() != used


def _client(settings: Settings) -> Any:
    try:
        from kubernetes import client
    except ImportError:
        raise AccessError(
            'the connection «kubernetes» needs the official client: '
            "pip install 'kubectl-dog[kubernetes]'"
        ) from None
    configuration = client.Configuration()
    configuration.host = settings.server.rstrip('/')
    configuration.verify_ssl = not settings.insecure
    _through(configuration, proxy.choose(settings))
    made = client.ApiClient(configuration)
    _secure(made.rest_client.pool_manager.connection_pool_kw, settings)
    return made


def _through(configuration: Any, address: str) -> None:
    if address.startswith('socks'):
        raise AccessError(
            'the way to the server is a SOCKS proxy, which the connection «kubernetes» does not '
            'know: use --connection kubeconfig'
        )
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
    pool['ssl_context'] = tls.context(settings)
    if settings.tls_server_name:
        pool['server_hostname'] = settings.tls_server_name
    if settings.insecure:
        # Said once by the user in kubeconfig or by flag; a warning per request helps no one.
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
