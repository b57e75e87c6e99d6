"""Streams that read from the socket directly: http.client costs more than the log lines."""

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

_READ_SIZE = 65536
_DIGITS = re.compile(rb'[0-9a-fA-F]{1,15}')
# Lines have similar lengths, and a lookup is faster than parsing the digits.
_LENGTHS: dict[bytes, int] = {}


class ChunkDecoder:
    """Incremental decoder for chunked transfer encoding."""

    def __init__(self) -> None:
        self.ended = False
        # The bytes after the last chunk of the body.
        self.rest = b''
        self._pending = b''
        self._remaining = 0

    def feed(self, data: bytes) -> bytes:
        """Return the part of the body in these bytes; raises CutError if they are not chunks."""
        if self._pending:
            data, self._pending = self._pending + data, b''
        parts: list[bytes] = []
        offset = self._continue_chunk(data, parts) if self._remaining else 0
        offset = _take_whole_chunks(data, offset, parts)
        size, known = len(data), _LENGTHS.get
        while offset < size:
            end = data.find(b'\r\n', offset)
            if end < 0:
                break
            head = data[offset:end]
            length = known(head) or _chunk_length(head)
            if not length:
                self.ended, self.rest = True, data[end + 2 :]
                return b''.join(parts)
            start = end + 2
            following = start + length + 2
            if following > size:
                self._remaining = length + 2
                offset = start + self._continue_chunk(data[start:], parts)
                break
            parts.append(data[start : following - 2])
            offset = following
        self._pending = data[offset:]
        if len(self._pending) > _READ_SIZE:
            raise CutError('the body is not in chunks')
        return b''.join(parts)

    def _continue_chunk(self, data: bytes, parts: list[bytes]) -> int:
        """Continue a chunk of which `_remaining` bytes are missing, including its line end."""
        body = self._remaining - 2
        if body > 0:
            parts.append(data[:body])
        taken = min(len(data), self._remaining)
        self._remaining -= taken
        return taken


def _take_whole_chunks(data: bytes, offset: int, parts: list[bytes]) -> int:
    """Append the complete chunks to `parts` if none contains a CRLF; return the offset after them.

    If each piece between two CRLFs has the length given by the piece before it, decoding one chunk
    after the other would have the same result.
    """
    pieces = (data[offset:] if offset else data).split(b'\r\n')
    last = (len(pieces) - 1) // 2 * 2
    heads, bodies = pieces[:last:2], pieces[1:last:2]
    lengths = list(map(len, bodies))
    if lengths != list(map(_LENGTHS.get, heads)):
        return offset
    parts += bodies
    return offset + sum(lengths) + sum(map(len, heads)) + 2 * last


def _chunk_length(head: bytes) -> int:
    length = _LENGTHS.get(head)
    if length is None:
        # A chunk extension may follow.
        digits = head.partition(b';')[0].strip()
        if not _DIGITS.fullmatch(digits):
            raise CutError('the body is not in chunks')
        length = int(digits, 16)
        if length > 0 and len(head) <= 3:
            _LENGTHS[head] = length
    return length


class RawStream:
    """Implements `Stream` on the socket of a response whose headers have been read."""

    def __init__(
        self, response: urllib3.BaseHTTPResponse, sock: socket.socket, initial: bytes, chunked: bool
    ) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._sock = sock
        self._received = initial
        self._chunks = ChunkDecoder() if chunked else None
        self._receive: Callable[[], bytes] = (
            sock.drain if isinstance(sock, TlsSocket) else lambda: sock.recv(_READ_SIZE)
        )

    def read(self) -> bytes:
        """Wait for data and return it; b'' at the end. Raises CutError, SilentError."""
        chunks = self._chunks
        try:
            while chunks is None or not chunks.ended:
                data, self._received = self._received or self._receive(), b''
                if not data:
                    if chunks is not None or getattr(self._sock, 'ragged', False):
                        raise CutError('the connection ended in the middle')
                    break
                body = data if chunks is None else chunks.feed(data)
                if body:
                    return body
            return b''
        # In Python 3.9 this is not TimeoutError.
        except socket.timeout as error:
            raise SilentError('nothing came for a while') from error
        except (OSError, ValueError) as error:
            raise CutError(str(error)) from error

    def set_read_timeout(self, seconds: float | None) -> None:
        """Set the seconds without a byte after which `read` raises SilentError."""
        with contextlib.suppress(OSError):
            self._sock.settimeout(seconds)

    def stop(self) -> None:
        """End a blocked `read`; the only method that other threads may call."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Return the connection to the pool; only the reading thread may call it."""
        chunks = self._chunks
        if chunks is not None and chunks.rest == b'\r\n':
            # The response was read to its end: the connection can be reused.
            self._response.release_conn()
        else:
            self._response.close()
            self._response.release_conn()


def raw_stream(response: urllib3.BaseHTTPResponse, sock: object) -> RawStream | None:
    """Return a stream on the socket of a response, or None if that is not possible."""
    headers = response.headers
    if not isinstance(sock, socket.socket) or isinstance(sock, ssl.SSLSocket):
        return None  # TLS within the TLS of a proxy is not a socket
    if response.status != 200:
        return None
    if 'Content-Length' in headers or 'Content-Encoding' in headers:
        return None
    encoding = headers.get('Transfer-Encoding', '').lower()
    buffered: Any = getattr(getattr(response, '_fp', None), 'fp', None)
    if encoding not in ('', 'chunked') or not hasattr(buffered, 'peek'):
        return None
    # Take the data that arrived with the headers, without waiting for more.
    timeout = sock.gettimeout()
    sock.settimeout(0.0)
    try:
        received = buffered.peek()
    except OSError:
        received = b''
    finally:
        sock.settimeout(timeout)
    original: Any = getattr(response, '_original_response', None)
    if not getattr(original, 'will_close', True):
        # Its buffer is not needed any more; the socket stays with the connection.
        original.close()
    if isinstance(sock, TlsSocket):
        sock.release_write_buffer()
    return RawStream(response, sock, received, encoding == 'chunked')
