"""Requests through urllib3, which the official client uses, as the other connections send them."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import ReadTimeoutError

from kubectl_dog.cluster.transport.http_pool import Body
from kubectl_dog.cluster.transport.http_pool import Headers
from kubectl_dog.cluster.transport.route import Route
from kubectl_dog.model import limits
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import SilentError

_CHUNK = 65536


class Urllib3Pool:
    """A `Pool` on a pool of urllib3, or on the pool manager of a caller."""

    def __init__(
        self,
        pool: urllib3.PoolManager | urllib3.HTTPConnectionPool,
        target_prefix: str,
        proxy_name: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.proxy_name = proxy_name
        self._pool = pool
        self._target_prefix = target_prefix
        self._headers = dict(headers or {})

    def close(self) -> None:
        """Close idle connections, except those of a caller's manager."""
        if isinstance(self._pool, urllib3.HTTPConnectionPool):
            self._pool.close()

    def request(
        self, target: str, headers: Headers, timeout: float, body: Body | None = None
    ) -> Urllib3Stream:
        """Send a GET request, or the request of a body; raises OSError."""
        all_headers = urllib3.HTTPHeaderDict(self._headers)
        for name, value in headers:
            all_headers.add(name, value)
        if body is not None:
            all_headers['Content-Type'] = body.content_type
        try:
            try:
                return self._send(target, all_headers, timeout, body)
            except ProtocolError:
                if body is not None and not body.is_repeatable:
                    raise
                # The server may have closed an idle connection when this request reused it.
                return self._send(target, all_headers, timeout, body)
        except HTTPError as error:
            raise OSError(str(error)) from error

    def _send(
        self, target: str, headers: urllib3.HTTPHeaderDict, timeout: float, body: Body | None
    ) -> Urllib3Stream:
        response = self._pool.urlopen(
            'GET' if body is None else body.method,
            self._target_prefix + target,
            body=None if body is None else body.data,
            headers=headers,
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
            timeout=urllib3.Timeout(connect=limits.CONNECT_SECONDS, read=timeout),
        )
        return Urllib3Stream(response)


class Urllib3Stream:
    """A `Stream` on a urllib3 response."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._sock = _response_socket(response)
        # `stream` uses a third less CPU than `read1`, but needs a chunked body.
        self._chunks: Iterator[bytes] | None = None
        if isinstance(response, urllib3.HTTPResponse) and response.chunked:
            self._chunks = response.stream(_CHUNK, decode_content=False)

    def read(self) -> bytes:
        """Wait for data and return it; b'' at the end. Raises CutError, SilentError."""
        try:
            if self._chunks is not None:
                return next(self._chunks, b'')
            return self._response.read1(_CHUNK, decode_content=False) or b''
        except ReadTimeoutError as error:
            raise SilentError('no data arrived in time') from error
        # A stop by another thread can raise any of these.
        except (HTTPError, OSError, ValueError, AttributeError) as error:
            raise CutError(str(error)) from error

    def set_read_timeout(self, seconds: float | None) -> None:
        """Set the seconds without a byte after which `read` raises SilentError."""
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.settimeout(seconds)

    def limit_answer(self, ends_at: float, read_timeout: float) -> None:
        """Do nothing: the reads of urllib3 have their own timeout."""

    def stop(self) -> None:
        """End a blocked `read`; the only method that other threads may call."""
        # With TLS within the TLS of a proxy, only the inner socket can be shut down.
        sock = getattr(self._sock, 'socket', self._sock)
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Return the connection to the pool; only the reading thread may call it."""
        self._chunks = None
        self._response.close()
        self._response.release_conn()


def _response_socket(response: urllib3.BaseHTTPResponse) -> Any:
    """Return the socket of a response; http.client drops it if the server will close it."""
    sock = getattr(response.connection, 'sock', None)
    if sock is not None:
        return sock
    # No public attribute leads to it then, and without it a read timeout could not be changed.
    raw = getattr(getattr(getattr(response, '_fp', None), 'fp', None), 'raw', None)
    return getattr(raw, '_sock', None)


def create_route_pool(manager: urllib3.PoolManager, route: Route) -> Urllib3Pool:
    """Return a pool of the manager whose connections use a route, with its proxy and its TLS."""

    class RouteConnection(HTTPConnection):
        default_port = route.default_port  # type: ignore[misc]

        # The route replaces the options for TLS and for sockets.
        def __init__(self, host: str, port: int, *, timeout: float, **_: Any) -> None:
            super().__init__(host, port, timeout=timeout)

        def connect(self) -> None:
            sock = self.sock = route.connect()
            sock.set_read_timeout(None)

        def getresponse(self) -> Any:
            sock: Any = self.sock
            timeout = self.timeout
            seconds = timeout if isinstance(timeout, float) else limits.HEAD_SECONDS
            sock.limit_answer(time.monotonic() + seconds, seconds)
            try:
                return super().getresponse()
            finally:
                with contextlib.suppress(OSError):
                    sock.set_read_timeout(seconds)

    class RoutePool(urllib3.HTTPConnectionPool):
        ConnectionCls = RouteConnection

    # This pool class does not warn about insecure-skip-tls-verify, which the user asked for.
    manager.pool_classes_by_scheme = {'http': RoutePool, 'https': RoutePool}
    pool = manager.connection_from_host(route.host, route.port, route.scheme)
    return Urllib3Pool(pool, route.target_prefix, route.proxy_name, route.headers)
