"""Persistent HTTP connections to one server."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterable
from http.client import HTTPConnection
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from kubectl_dog.cluster.transport.raw_stream import RawStream
from kubectl_dog.cluster.transport.route import Route
from kubectl_dog.model import limits
from kubectl_dog.model.named_tuple import NamedTuple

_MAX_IDLE = 8
# Characters of a path and a query that Go and browsers do not encode.
_TARGET_CHARACTERS = "%/:?#[]@!$&'()*+,;=~"

Headers = Iterable[tuple[str, str]]


class Body(NamedTuple):
    """The body of a request that is not a GET request.

    `is_repeatable`: it can be sent again if a connection breaks, because it changes nothing.
    """

    method: str
    content_type: str
    data: bytes
    is_repeatable: bool = False


class HttpPool:
    """A pool that sends requests by a route, and keeps connections open; thread-safe."""

    def __init__(self, route: Route) -> None:
        self.proxy_name = route.proxy_name
        self._route = route
        self._lock = threading.Lock()
        self._idle: list[_Connection] = []
        self._is_closed = False

    def request(
        self, target: str, headers: Headers, timeout: float, body: Body | None = None
    ) -> RawStream:
        """Send a GET request, or the request of a body, and return the response.

        The timeout in seconds is that until the end of the headers, and of each read of the body.
        Raises OSError or HTTPException.
        """
        connection = self._take_idle() if body is None or body.is_repeatable else None
        if connection is not None:
            with contextlib.suppress(HTTPException, ConnectionError):
                return self._send(connection, target, headers, timeout, body)
            # The server may have closed the idle connection when this request was sent.
        return self._send(_Connection(self._route), target, headers, timeout, body)

    def close(self) -> None:
        """Close idle connections now, and the others at the end of their responses."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _send(
        self,
        connection: _Connection,
        target: str,
        headers: Headers,
        timeout: float,
        body: Body | None,
    ) -> RawStream:
        ends_at = time.monotonic() + timeout
        try:
            if connection.sock is None:
                connection.seconds = timeout
                connection.connect()
            sock = connection.sock
            sock.limit_answer(ends_at, timeout)
            url = quote(
                self._route.target_prefix + target, safe=_TARGET_CHARACTERS, errors='replace'
            )
            connection.putrequest('GET' if body is None else body.method, url)
            for name, value in (*headers, *self._route.headers.items()):
                connection.putheader(name, value)
            if body is not None:
                connection.putheader('Content-Type', body.content_type)
                connection.putheader('Content-Length', str(len(body.data)))
            connection.endheaders(None if body is None else body.data)
            return RawStream(connection.getresponse(), sock, lambda: self._release(connection))
        except BaseException:
            connection.close()
            raise

    def _take_idle(self) -> _Connection | None:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None or connection.is_silent():
                return connection
            connection.close()

    def _release(self, connection: _Connection) -> None:
        with self._lock:
            if not self._is_closed and len(self._idle) < _MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()


class _Connection(HTTPConnection):
    """A connection of http.client that opens its socket by a route."""

    sock: Any
    seconds = limits.HEAD_SECONDS

    def __init__(self, route: Route) -> None:
        super().__init__(route.host, route.port)
        self.default_port = route.default_port
        self._route = route

    def connect(self) -> None:
        """Open the socket; raises OSError or HTTPException."""
        self.sock = self._route.connect(self.seconds)

    def is_silent(self) -> bool:
        """Report whether nothing arrived since the last response: neither data nor the end."""
        self.sock.settimeout(0.0)
        try:
            socket.socket.recv(self.sock, 1, socket.MSG_PEEK)
        except OSError as error:
            return isinstance(error, BlockingIOError)
        return False
