"""Streams read straight from the socket, past http.client, which costs more than the log lines."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import urllib3

from kubectl_dog.cluster.transport.bio_socket import TlsSocket
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import SilentError

_BULK = 65536
_DIGITS = re.compile(rb'[0-9a-fA-F]{1,15}')
# Lines have much the same lengths, and this is faster than reading the digits.
_LENGTHS: dict[bytes, int] = {}


class ChunkDecoder:
    """Takes the chunks of a body apart, wherever the network cut them."""

    def __init__(self) -> None:
        self.ended = False
        # What came after the body's last chunk.
        self.beyond = b''
        self._held = b''
        self._left = 0

    def feed(self, data: bytes) -> bytes:
        """What these bytes tell of the body; raises CutError where they are no chunks."""
        if self._held:
            data, self._held = self._held + data, b''
        parts: list[bytes] = []
        at = self._open(data, parts) if self._left else 0
        at = _many(data, at, parts)
        size, known = len(data), _LENGTHS.get
        while at < size:
            end = data.find(b'\r\n', at)
            if end < 0:
                break
            head = data[at:end]
            length = known(head) or _length(head)
            if not length:
                self.ended, self.beyond = True, data[end + 2 :]
                return b''.join(parts)
            start = end + 2
            after = start + length + 2
            if after > size:
                self._left = length + 2
                at = start + self._open(data[start:], parts)
                break
            parts.append(data[start : after - 2])
            at = after
        self._held = data[at:]
        if len(self._held) > _BULK:
            raise CutError('the body is not in chunks')
        return b''.join(parts)

    def _open(self, data: bytes, parts: list[bytes]) -> int:
        """Go on in a chunk of which `_left` bytes are to come, its line end among them."""
        body = self._left - 2
        if body > 0:
            parts.append(data[:body])
        taken = min(len(data), self._left)
        self._left -= taken
        return taken


def _many(data: bytes, at: int, parts: list[bytes]) -> int:
    """Take whole chunks off all at once, if none has a line break in it; where the rest begins.

    Where every piece between two line breaks has the length that the piece before it tells, one
    after the other would have been found just so.
    """
    pieces = (data[at:] if at else data).split(b'\r\n')
    last = (len(pieces) - 1) // 2 * 2
    heads, bodies = pieces[:last:2], pieces[1:last:2]
    lengths = list(map(len, bodies))
    if lengths != list(map(_LENGTHS.get, heads)):
        return at
    parts += bodies
    return at + sum(lengths) + sum(map(len, heads)) + 2 * last


def _length(head: bytes) -> int:
    length = _LENGTHS.get(head)
    if length is None:
        # An extension may follow.
        digits = head.partition(b';')[0].strip()
        if not _DIGITS.fullmatch(digits):
            raise CutError('the body is not in chunks')
        length = int(digits, 16)
        if length > 0 and len(head) <= 3:
            _LENGTHS[head] = length
    return length


class RawStream:
    """Implements `protocol.Stream` on the socket of a response whose headers have been read."""

    def __init__(
        self, response: urllib3.BaseHTTPResponse, sock: socket.socket, begun: bytes, chunked: bool
    ) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._sock = sock
        self._begun = begun
        self._chunks = ChunkDecoder() if chunked else None
        self._receive: Callable[[], bytes] = (
            sock.drain if isinstance(sock, TlsSocket) else lambda: sock.recv(_BULK)
        )

    def read(self) -> bytes:
        """What has arrived, waiting for something; b'' at the end. Raises CutError, SilentError."""
        chunks = self._chunks
        try:
            while chunks is None or not chunks.ended:
                data, self._begun = self._begun or self._receive(), b''
                if not data:
                    if chunks is not None or getattr(self._sock, 'ragged', False):
                        raise CutError('the connection ended in the middle')
                    break
                body = data if chunks is None else chunks.feed(data)
                if body:
                    return body
            return b''
        # Python 3.9 knows it by this name only.
        except socket.timeout as error:
            raise SilentError('nothing came for a while') from error
        except (OSError, ValueError) as error:
            raise CutError(str(error)) from error

    def set_read_timeout(self, seconds: float | None) -> None:
        """From now on `read` raises SilentError after this many seconds without a byte."""
        with contextlib.suppress(OSError):
            self._sock.settimeout(seconds)

    def stop(self) -> None:
        """End a blocked `read` at once; the one method other threads may call."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection back; only the reading thread may call it."""
        chunks = self._chunks
        if chunks is not None and chunks.beyond == b'\r\n':
            # The answer was read to its end: the next request can follow.
            self._response.release_conn()
        else:
            self._response.close()
            self._response.release_conn()


def raw_stream(response: urllib3.BaseHTTPResponse, sock: object) -> RawStream | None:
    """The stream of a response, or None where it cannot be had past http.client."""
    headers = response.headers
    if not isinstance(sock, socket.socket) or isinstance(sock, ssl.SSLSocket):
        return None  # TLS within the TLS of a proxy is no socket at all
    if response.status != 200:
        return None
    if 'Content-Length' in headers or 'Content-Encoding' in headers:
        return None
    encoding = headers.get('Transfer-Encoding', '').lower()
    buffered: Any = getattr(getattr(response, '_fp', None), 'fp', None)
    if encoding not in ('', 'chunked') or not hasattr(buffered, 'peek'):
        return None
    # What came along with the headers; more is not waited for.
    before = sock.gettimeout()
    sock.settimeout(0.0)
    try:
        begun = buffered.peek()
    except OSError:
        begun = b''
    finally:
        sock.settimeout(before)
    original: Any = getattr(response, '_original_response', None)
    if not getattr(original, 'will_close', True):
        # Its buffer is of no more use; the socket stays with the connection.
        original.close()
    if isinstance(sock, TlsSocket):
        sock.trim()
    return RawStream(response, sock, begun, encoding == 'chunked')
