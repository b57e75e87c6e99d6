"""A TCP proxy on loopback that counts what passes."""

from __future__ import annotations

import contextlib
import socket
import threading


class CountingProxy:
    """Passes connections on to a loopback port; `received` is in bytes, towards the client."""

    def __init__(self, port):
        self.received = 0
        self._target = port
        self._lock = threading.Lock()
        self._open = []
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # Closing alone would not wake the threads that wait.
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = socket.create_connection(('127.0.0.1', self._target))
                self._open += [client, server]
                for source, sink, counted in ((client, server, False), (server, client, True)):
                    arguments = (source, sink, counted)
                    threading.Thread(target=self._pass, args=arguments, daemon=True).start()

    def _pass(self, source, sink, counted):
        with contextlib.suppress(OSError):
            while True:
                data = source.recv(65536)
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                if counted:
                    with self._lock:
                        self.received += len(data)
                sink.sendall(data)
