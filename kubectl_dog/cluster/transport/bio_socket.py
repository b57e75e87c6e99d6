"""Sockets with limits, and a TLS socket that decrypts many records for each system call.

The API server sends each log line in a TLS record of its own, and `ssl.SSLSocket` makes two system
calls for each: most of the cost of a log. Here TLS works on memory that large reads fill.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from typing import Any
from typing import TypeVar

from kubectl_dog.model import limits

_T = TypeVar('_T')
_RECORD = 16384
# A record is mostly one log line, and Python allocates buffers of this size quickly.
_LINE = 448
# Hundreds of idle streams need little memory: large buffers would fragment it.
_MIN_READ = 1024
_MAX_READ = 256 * 1024


class LimitedSocket(socket.socket):
    """A socket with limits for the time of an answer and for the bytes of its head.

    The timeout of a socket is that of one read, so that a server that sends a byte now and then
    would never exceed it.
    """

    _ends_at: float | None = None
    _read_timeout = 0.0
    _head_bytes = 0

    def __init__(self, plain: socket.socket) -> None:
        """Take over a socket, which is consumed."""
        timeout = plain.gettimeout()
        super().__init__(plain.family, plain.type, plain.proto, fileno=plain.detach())
        self.settimeout(timeout)

    def limit_answer(self, ends_at: float, read_timeout: float) -> None:
        """Limit an answer: its end (`time.monotonic`) and the seconds of each read."""
        self._ends_at, self._read_timeout = ends_at, read_timeout
        self._head_bytes = limits.HEAD_BYTES
        self.settimeout(max(0.001, min(read_timeout, ends_at - time.monotonic())))

    def set_read_timeout(self, seconds: float | None) -> None:
        """Limit each read only; None: not at all."""
        self._ends_at = None
        self.settimeout(seconds)

    def peek_buffered(self, peek: Callable[[], bytes]) -> bytes:
        """Call a function that reads from this socket, and let it not wait."""
        timeout, ends_at = self.gettimeout(), self._ends_at
        self.set_read_timeout(0.0)
        try:
            return peek()
        except OSError:
            return b''
        finally:
            self._ends_at = ends_at
            self.settimeout(timeout)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Return at most `bufsize` bytes; b'' at the end."""
        self._set_timeout()
        return super().recv(bufsize, flags)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Fill a buffer with the head of an answer, which http.client reads; return the count."""
        self._set_timeout()
        return self._count_head(super().recv_into(buffer, nbytes, flags))

    def _set_timeout(self) -> None:
        if self._ends_at is not None:
            remaining = self._ends_at - time.monotonic()
            if remaining <= 0:
                # In Python 3.9 this is not TimeoutError.
                raise socket.timeout('the answer did not end in time')
            self.settimeout(min(remaining, self._read_timeout))

    def _count_head(self, count: int) -> int:
        self._head_bytes -= count
        if self._ends_at is not None and self._head_bytes < 0:
            raise HTTPException(f'its headers have more than {limits.describe(limits.HEAD_BYTES)}')
        return count


class TlsLayer:
    """One TLS session as a client, over functions that receive and send encrypted bytes."""

    def __init__(
        self,
        context: ssl.SSLContext,
        server_name: str,
        receive: Callable[[int], bytes],
        send: Callable[[bytes], object],
    ) -> None:
        self._receive, self._send = receive, send
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._read_size = _MIN_READ
        # Whether the peer closed the connection without a TLS close_notify.
        self.ragged = False
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._run_step(self.tls.do_handshake)

    def drain(self) -> bytes:
        """Wait for data and return all that has arrived; b'' at the end."""
        part = self._run_step(lambda: self._read(_LINE))
        parts = [part]
        read, incoming = self.tls.read, self._incoming
        # An error here is raised again by the next call; the data before it are good.
        with contextlib.suppress(ssl.SSLError):
            # A full part may be the beginning of a record, with the rest still inside TLS.
            while part and (incoming.pending or len(part) >= _LINE):
                part = read(_RECORD if len(part) == _LINE else _LINE)
                parts.append(part)
        with contextlib.suppress(OSError):
            # The peer may have requested new keys.
            self._flush()
        return b''.join(parts)

    def receive(self, size: int) -> bytes:
        """Return at most `size` bytes; b'' at the end."""
        return self._run_step(lambda: self._read(size))

    def send(self, data: Any) -> None:
        """Send all data."""
        view = memoryview(data).cast('B')
        while view:
            view = view[self._run_step(partial(self.tls.write, view)) :]

    def _read(self, size: int) -> bytes:
        try:
            return self.tls.read(size)
        except ssl.SSLWantReadError:
            raise
        except ssl.SSLZeroReturnError:
            return b''
        except ssl.SSLError:
            if self.ragged:
                return b''
            raise

    def _run_step(self, step: Callable[[], _T]) -> _T:
        """Run a step of TLS, with the reads and writes that it needs."""
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                # Waiting inside this block would keep the error and its references alive.
                pass
            except ssl.SSLError:
                # Send the TLS alert, if the peer still listens.
                with contextlib.suppress(OSError):
                    self._flush()
                raise
            else:
                self._flush()
                return result
            self._flush()
            self._fill()

    def _fill(self) -> None:
        data = self._receive(self._read_size)
        if not data:
            self.ragged = True
            self._incoming.write_eof()
            return
        self._incoming.write(data)
        if len(data) == self._read_size:
            self._read_size = min(2 * self._read_size, _MAX_READ)
        elif len(data) < self._read_size // 2:
            # A waiting reader holds a buffer of this size.
            self._read_size = max(self._read_size // 2, _MIN_READ)

    def _flush(self) -> None:
        # After a ragged end nobody receives the alert of TLS.
        if self._outgoing.pending and not self.ragged:
            self._send(self._outgoing.read())


class TlsSocket(LimitedSocket):
    """The part of `ssl.SSLSocket` that an HTTP client needs; one thread reads and writes.

    Any thread may call `shutdown`, which ends the connection below TLS. With TLS to a proxy, there
    is a second layer of TLS, to the server, within the first.
    """

    def __init__(self, plain: socket.socket, context: ssl.SSLContext, server_name: str) -> None:
        """Perform the TLS handshake; the plain socket is consumed, even on failure."""
        super().__init__(plain)
        if isinstance(plain, LimitedSocket) and plain._ends_at is not None:
            self.limit_answer(plain._ends_at, plain._read_timeout)
        try:
            self._layer = TlsLayer(context, server_name, super().recv, super().sendall)
        except BaseException:
            self.close()
            raise

    def add_layer(self, context: ssl.SSLContext, server_name: str) -> None:
        """Perform the handshake for TLS within TLS."""
        self._layer = TlsLayer(context, server_name, self._layer.receive, self._layer.send)

    @property
    def ragged(self) -> bool:
        """Whether the peer closed the connection without a TLS close_notify."""
        return self._layer.ragged

    def drain(self) -> bytes:
        """Wait for data and return all that has arrived; b'' at the end."""
        return self._layer.drain()

    def release_write_buffer(self) -> None:
        """Free the memory that only writing needs; the next write allocates it again."""
        # OpenSSL allocates 16 KiB to answer a session ticket, and keeps them until something is
        # written, even nothing. Python 3.9 takes a write of nothing for the end.
        with contextlib.suppress(ssl.SSLError):
            self._layer.tls.write(b'')

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Return at most `bufsize` bytes; b'' at the end."""
        return self._layer.receive(bufsize)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Fill a buffer with the available data and return the count; 0 at the end."""
        view = memoryview(buffer).cast('B')
        data = self.recv(nbytes or len(view))
        view[: len(data)] = data
        return self._count_head(len(data))

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send all data."""
        self._layer.send(data)
