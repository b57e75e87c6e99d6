"""TLS in bulk: many records with one call to the kernel.

The API server sends every log line in a record of its own, and `ssl.SSLSocket` asks the kernel
twice for each: most of what a log costs. Here TLS works on memory, filled by large reads.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any
from typing import TypeVar

_T = TypeVar('_T')
_RECORD = 16384
# A record is mostly one log line, and for this many bytes Python has memory at hand.
_LINE = 448
# Hundreds of streams that need little take little: large buffers would leave holes in memory.
_LEAST = 1024
_MOST = 256 * 1024


class Context(ssl.SSLContext):
    """An SSLContext whose sockets are `TlsSocket`."""

    def wrap_socket(  # type: ignore[override]
        self, sock: socket.socket, *args: Any, server_hostname: str | None = None, **kwargs: Any
    ) -> TlsSocket:
        """Shake hands as a client; the socket given is used up, also where that fails."""
        return TlsSocket(sock, self, server_hostname)


class TlsSocket(socket.socket):
    """As much of `ssl.SSLSocket` as HTTP clients need; one thread reads and writes.

    Any thread may call `shutdown`, which ends the connection below TLS.
    """

    def __init__(
        self, plain: socket.socket, context: ssl.SSLContext, server_hostname: str | None
    ) -> None:
        timeout = plain.gettimeout()
        super().__init__(plain.family, plain.type, plain.proto, fileno=plain.detach())
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._bulk = _LEAST
        # Whether the other side ended the connection without saying goodbye in TLS.
        self.ragged = False
        try:
            self.settimeout(timeout)
            self._tls = context.wrap_bio(self._in, self._out, server_hostname=server_hostname)
            self._through(self._tls.do_handshake)
        except BaseException:
            self.close()
            raise

    def drain(self) -> bytes:
        """All that has arrived, waiting for something; b'' at the end."""
        part = self._through(lambda: self._read(_LINE))
        parts = [part]
        read, incoming = self._tls.read, self._in
        # What goes wrong here is met again by the next call; what came before it is good.
        with contextlib.suppress(ssl.SSLError):
            # A full part may be but the beginning of a record, with the rest inside of TLS.
            while part and (incoming.pending or len(part) >= _LINE):
                part = read(_RECORD if len(part) == _LINE else _LINE)
                parts.append(part)
        with contextlib.suppress(OSError):
            # The other side may have asked for new keys.
            self._flush()
        return b''.join(parts)

    def trim(self) -> None:
        """Give back the memory that only writing needs; the next write takes it again."""
        # OpenSSL takes 16 KiB for what it may have to say to a session ticket, and keeps them until
        # something is written, be it nothing. Python 3.9 takes a write of nothing for an end.
        with contextlib.suppress(ssl.SSLError):
            self._tls.write(b'')

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """At most `bufsize` bytes; b'' at the end."""
        return self._through(lambda: self._read(bufsize))

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Fill a buffer with what there is; 0 at the end."""
        view = memoryview(buffer).cast('B')
        data = self.recv(nbytes or len(view))
        view[: len(data)] = data
        return len(data)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send everything."""
        view = memoryview(data).cast('B')
        while view:
            view = view[self._through(partial(self._tls.write, view)) :]

    def getpeercert(self, binary_form: bool = False) -> Any:
        """The certificate of the other side, as `ssl.SSLSocket` gives it."""
        return self._tls.getpeercert(binary_form)

    def selected_alpn_protocol(self) -> str | None:
        """The protocol that both sides agreed on, if they spoke of it."""
        return self._tls.selected_alpn_protocol()

    def version(self) -> str | None:
        """The version of TLS."""
        return self._tls.version()

    def _read(self, size: int) -> bytes:
        try:
            return self._tls.read(size)
        except ssl.SSLWantReadError:
            raise
        except ssl.SSLZeroReturnError:
            return b''
        except ssl.SSLError:
            if self.ragged:
                return b''
            raise

    def _through(self, step: Callable[[], _T]) -> _T:
        """Do a step of TLS, with as much to and fro as it needs."""
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                # Waiting in here would keep the error, and all that it refers to.
                pass
            except ssl.SSLError:
                # Tell the other side what is wrong, if it still listens.
                with contextlib.suppress(OSError):
                    self._flush()
                raise
            else:
                self._flush()
                return done
            self._flush()
            self._fill()

    def _fill(self) -> None:
        arrived = super().recv(self._bulk)
        if not arrived:
            self.ragged = True
            self._in.write_eof()
            return
        self._in.write(arrived)
        if len(arrived) == self._bulk:
            self._bulk = min(2 * self._bulk, _MOST)
        elif len(arrived) < self._bulk // 2:
            # Who waits for more holds a buffer of this size.
            self._bulk = max(self._bulk // 2, _LEAST)

    def _flush(self) -> None:
        # Nobody would hear what TLS has to say about an end that came too early.
        if self._out.pending and not self.ragged:
            super().sendall(self._out.read())
