"""Open sockets that can all be shut down while they are in use."""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref


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
