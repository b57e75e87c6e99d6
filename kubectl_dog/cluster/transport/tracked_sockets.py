"""urllib3 connections whose sockets can be reached while they are in use."""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref
from typing import Any

from urllib3.connection import HTTPConnection
from urllib3.connection import HTTPSConnection

# A dead peer is found out after about a minute, though a log may be silent for hours.
_KEEPALIVE = (
    ('TCP_KEEPIDLE', 20),
    ('TCP_KEEPALIVE', 20),
    ('TCP_KEEPINTVL', 10),
    ('TCP_KEEPCNT', 4),
)


def options() -> list[tuple[int, int, int]]:
    """Socket options: no delay, and keepalive in as far as the platform knows it."""
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
    """The open sockets of one connection pool, so that all can be ended at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._ended = False

    def add(self, opened: socket.socket) -> None:
        """Remember a socket for as long as someone uses it."""
        with self._lock:
            self._open.add(opened)
            ended = self._ended
        # Nobody can reach the socket of a handshake, so the end may have come meanwhile.
        if ended:
            _shut(opened)

    def shut(self) -> None:
        """Wake every thread that waits in one of them, for headers too; and those to come."""
        with self._lock:
            self._ended = True
            opened = list(self._open)
        for each in opened:
            _shut(each)


def _shut(opened: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        opened.shutdown(socket.SHUT_RDWR)


class PlainConnection(HTTPConnection):
    """A connection without TLS; `kept` stays when http.client lets go of the socket."""

    kept: socket.socket | None = None

    def __init__(self, *args: Any, sockets: TrackedSockets, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sockets = sockets

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self._sockets.add(made)
        return made

    def connect(self) -> None:
        """Connect, and keep the socket."""
        super().connect()
        self.kept = self.sock


class TlsConnection(HTTPSConnection):
    """A TLS connection; `kept` stays when http.client lets go of the socket."""

    kept: socket.socket | None = None

    def __init__(self, *args: Any, sockets: TrackedSockets, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sockets = sockets

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self._sockets.add(made)
        return made

    def connect(self) -> None:
        """Connect, shake hands, and keep the socket."""
        super().connect()
        self.kept = self.sock
        # Behind a proxy with TLS of its own, what can be shut is one further in.
        self._sockets.add(getattr(self.sock, 'socket', self.sock))
