"""A TCP proxy on loopback that counts bytes, and can cut connections."""

from __future__ import annotations

import contextlib
import socket
import threading


class CountingProxy:
    """Forward connections to a loopback port; `received` counts the bytes towards the client."""

    def __init__(self, port):
        self.received = 0
        self._target = port
        self._lock = threading.Lock()
        self._open = []
        self._shut = threading.Event()
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        _end([self._listener, *self._open])

    def cut(self):
        """Ends the connections that are open."""
        ended, self._open = self._open, []
        _end(ended)

    @contextlib.contextmanager
    def away(self):
        """Refuse connections inside the `with` block."""
        self._shut.set()
        self.cut()
        yield
        self._shut.clear()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = None if self._shut.is_set() else _connected(self._target)
                if server is None:
                    client.close()
                    continue
                self._open += [client, server]
                for source, sink, counted in ((client, server, False), (server, client, True)):
                    arguments = (source, sink, counted)
                    threading.Thread(target=self._pass, args=arguments, daemon=True).start()

    def _pass(self, source, sink, counted):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if counted:
                    with self._lock:
                        self.received += len(data)
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def _connected(port):
    with contextlib.suppress(OSError):
        return socket.create_connection(('127.0.0.1', port))
    return None


def _end(connections):
    # Closing alone would not wake threads that wait for data.
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()
