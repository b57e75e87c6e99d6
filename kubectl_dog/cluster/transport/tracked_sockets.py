"""urllib3 connections whose sockets can be shut down while they are in use."""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref
from typing import Any

from urllib3.connection import HTTPConnection
from urllib3.connection import HTTPSConnection

# A dead peer is detected after about a minute; a log may be silent for hours.
_KEEPALIVE = (
    ('TCP_KEEPIDLE', 20),
    ('TCP_KEEPALIVE', 20),
    ('TCP_KEEPINTVL', 10),
    ('TCP_KEEPCNT', 4),
)


def socket_options() -> list[tuple[int, int, int]]:
    """Return socket options: no delay, and keepalive as far as the platform supports it."""
    known = [
        (socket.IPPROTO_TCP, getattr(socket, name), value)
        for name, value in _KEEPALIVE
        if hasattr(socket, name)
    ]
    return [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        *known,
    ]


class TrackedSockets:
    """The open sockets of one connection pool, so that all can be shut down at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._ended = False

    def add(self, sock: socket.socket) -> None:
        """Register a socket for as long as it is in use."""
        with self._lock:
            self._open.add(sock)
            ended = self._ended
        # `shut` may have been called during the handshake, when the socket was not registered.
        if ended:
            _shut(sock)

    def shut(self) -> None:
        """Shut down all sockets, also later ones, and wake the threads that wait for them."""
        with self._lock:
            self._ended = True
            opened = list(self._open)
        for sock in opened:
            _shut(sock)


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        sock.shutdown(socket.SHUT_RDWR)


class PlainConnection(HTTPConnection):
    """A connection without TLS; `kept` is the socket, even after http.client has released it."""

    kept: socket.socket | None = None

    def __init__(self, *args: Any, sockets: TrackedSockets, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sockets = sockets

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        self._sockets.add(sock)
        return sock

    def connect(self) -> None:
        """Connect, and keep the socket."""
        super().connect()
        self.kept = self.sock


class TlsConnection(HTTPSConnection):
    """A TLS connection; `kept` is the socket, even after http.client has released it."""

    kept: socket.socket | None = None

    def __init__(self, *args: Any, sockets: TrackedSockets, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sockets = sockets

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        self._sockets.add(sock)
        return sock

    def connect(self) -> None:
        """Connect, shake hands, and keep the socket."""
        super().connect()
        self.kept = self.sock
        # With a TLS proxy, the socket that can be shut down is the inner one.
        self._sockets.add(getattr(self.sock, 'socket', self.sock))
