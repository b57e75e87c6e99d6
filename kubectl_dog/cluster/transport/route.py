"""Open sockets to a server, with TLS, directly or through a proxy."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Mapping
from http.client import HTTPResponse
from urllib.parse import SplitResult
from urllib.parse import unquote
from urllib.parse import urlsplit

from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.cluster.transport import proxy
from kubectl_dog.cluster.transport import ssl_context
from kubectl_dog.cluster.transport.bio_socket import LimitedSocket
from kubectl_dog.cluster.transport.bio_socket import TlsSocket
from kubectl_dog.model import limits
from kubectl_dog.model.errors import AccessError

# A dead peer is detected after about a minute; a log may be silent for hours.
_KEEPALIVE = (
    ('TCP_KEEPIDLE', 20),
    ('TCP_KEEPALIVE', 20),
    ('TCP_KEEPINTVL', 10),
    ('TCP_KEEPCNT', 4),
)


class TrackedSockets:
    """The open sockets of one connection, so that all can be shut down at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self.is_shut = False

    def add(self, sock: socket.socket) -> None:
        """Register a socket while it is in use."""
        with self._lock:
            self._open.add(sock)
            is_shut = self.is_shut
        # `shut` may have been called during the handshake, when the socket was not registered.
        if is_shut:
            _shut(sock)

    def shut(self) -> None:
        """Shut down all sockets, also later ones, and wake the threads that wait for them."""
        with self._lock:
            self.is_shut = True
            opened = list(self._open)
        for sock in opened:
            _shut(sock)


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        sock.shutdown(socket.SHUT_RDWR)


class Route:
    """An opener of sockets to the server of the settings; they register in `sockets`.

    `target_prefix` precedes the path in each request line, and each request needs `headers`. Raises
    AccessError for invalid certificates, and for a SOCKS proxy without PySocks.
    """

    def __init__(self, settings: Settings, sockets: TrackedSockets) -> None:
        parts = urlsplit(settings.server)
        self.host = parts.hostname or ''
        self.scheme = parts.scheme
        self.default_port = 443 if self.scheme == 'https' else 80
        self.port = parts.port or self.default_port
        self._tls = ssl_context.create_context(settings) if self.scheme == 'https' else None
        # A certificate has no dot at the end of a name.
        self._server_name = settings.tls_server_name or self.host.rstrip('.')
        self._sockets = sockets
        self._proxy = urlsplit(proxy.choose_proxy(settings))
        self._proxy_tls: ssl.SSLContext | None = None
        self.target_prefix = parts.path.rstrip('/')
        self.headers: dict[str, str] = {}
        if self._proxy.scheme == 'https':
            # Like Go, apply the trust settings of the server to a proxy with TLS.
            self._proxy_tls = self._tls or ssl_context.create_context(settings)
        if self._proxy.scheme.startswith('socks'):
            _check_socks()
        elif self._proxy.scheme and not self._tls:
            # A proxy for plain HTTP connects to the server that is in the request line.
            address = parts.netloc.rpartition('@')[2]
            self.target_prefix = f'{parts.scheme}://{address}{self.target_prefix}'
            self.headers = _proxy_headers(self._proxy)

    @property
    def proxy_name(self) -> str:
        """The proxy without its password, for messages; empty if there is none."""
        if not self._proxy.scheme:
            return ''
        host, port = _proxy_address(self._proxy)
        return f'{self._proxy.scheme}://{f"[{host}]" if ":" in host else host}:{port}'

    def connect(self, seconds: float = limits.HEAD_SECONDS) -> LimitedSocket:
        """Open a socket for HTTP within some seconds; raises OSError or HTTPException."""
        if self._sockets.is_shut:
            raise ConnectionAbortedError('the connection was closed')
        ends_at = time.monotonic() + seconds
        sock = LimitedSocket(self._connect_plain(min(limits.CONNECT_SECONDS, seconds)))
        try:
            handshake_ends_at = min(ends_at, time.monotonic() + limits.HANDSHAKE_SECONDS)
            sock.limit_answer(handshake_ends_at, limits.CONNECT_SECONDS)
            _set_options(sock)
            self._sockets.add(sock)
            if self._proxy_tls:
                sock = TlsSocket(sock, self._proxy_tls, self._proxy.hostname or '')
            if self._tls:
                if self._proxy.scheme in ('http', 'https'):
                    _open_tunnel(sock, self.host, self.port, _proxy_headers(self._proxy))
                if isinstance(sock, TlsSocket):
                    sock.add_layer(self._tls, self._server_name)
                else:
                    sock = TlsSocket(sock, self._tls, self._server_name)
        except BaseException:
            sock.close()
            raise
        self._sockets.add(sock)
        return sock

    def _connect_plain(self, seconds: float) -> socket.socket:
        server = (self.host, self.port)
        if not self._proxy.scheme.startswith('socks'):
            address = _proxy_address(self._proxy) if self._proxy.scheme else server
            try:
                return socket.create_connection(address, seconds)
            except (UnicodeError, socket.gaierror) as error:
                if self._proxy.scheme:
                    raise api_errors.UnknownProxyError(address[0]) from None
                # The name of the host cannot be a name in DNS.
                raise socket.gaierror(str(error)) from None
        import socks

        sock: socket.socket = socks.create_connection(
            server, seconds, None, socks.SOCKS5, *_proxy_address(self._proxy),
            # Like Go, let the proxy resolve names.
            True, *_proxy_login(self._proxy),
        )  # fmt: skip
        return sock


def _set_options(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _open_tunnel(sock: socket.socket, host: str, port: int, headers: Mapping[str, str]) -> None:
    """Ask an HTTP proxy for a connection to the server; raises OSError if it refuses."""
    server = f'{f"[{host}]" if ":" in host else host}:{port}'
    lines = [f'CONNECT {server} HTTP/1.1', f'Host: {server}']
    lines += [f'{name}: {value}' for name, value in headers.items()]
    sock.sendall(('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1'))
    # The server sends nothing before the handshake, so the buffer of the response loses nothing.
    with HTTPResponse(sock, method='CONNECT') as response:
        response.begin()
        if response.status != 200:
            raise OSError(f'Tunnel connection failed: {response.status} {response.reason}')


def _proxy_address(proxy_url: SplitResult) -> tuple[str, int]:
    port = {'http': 80, 'https': 443}.get(proxy_url.scheme, 1080)
    return proxy_url.hostname or '', proxy_url.port or port


def _proxy_login(proxy_url: SplitResult) -> tuple[str | None, str | None]:
    user, password = proxy_url.username, proxy_url.password
    return unquote(user) if user else None, unquote(password) if password else None


def _proxy_headers(proxy_url: SplitResult) -> dict[str, str]:
    if proxy_url.username is None:
        return {}
    user, password = _proxy_login(proxy_url)
    return {'Proxy-Authorization': basic_auth(f'{user or ""}:{password or ""}')}


def basic_auth(pair: str) -> str:
    """Return the header value for `user:password`."""
    return f'Basic {base64.b64encode(pair.encode()).decode()}'


def _check_socks() -> None:
    try:
        import socks as _  # noqa: F401
    except ImportError:
        raise AccessError("a SOCKS proxy needs PySocks: pip install 'kubectl-dog[socks]'") from None
