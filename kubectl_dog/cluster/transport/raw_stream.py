"""Bodies of responses, read from the socket directly.

http.client reads the headers. It would spend more CPU on a chunked body than a log line costs, and
it ignores bytes after the end of a body, with which the next response would begin.
"""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Callable
from collections.abc import Mapping
from http.client import HTTPResponse
from typing import Union
from typing import cast

from kubectl_dog.cluster.transport.bio_socket import LimitedSocket
from kubectl_dog.cluster.transport.bio_socket import TlsSocket
from kubectl_dog.model import limits
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import SilentError
from kubectl_dog.model.connection import Stream

_READ_SIZE = 65536
_DIGITS = re.compile(rb'[0-9a-fA-F]{1,15}')
# Lines have similar lengths, and a lookup is faster than parsing the digits.
_LENGTHS: dict[bytes, int] = {}


def read_body(stream: Stream, ends_at: float, most: int) -> bytes:
    """Return the body of an answer that ends in time (`time.monotonic`), with at most `most` bytes.

    Raises CutError.
    """
    parts, size = [], 0
    for part in iter(stream.read, b''):
        parts.append(part)
        size += len(part)
        if size > most:
            raise limits.TooLongError(limits.describe(most))
        if time.monotonic() > ends_at:
            raise SilentError('the answer did not end in time')
    return b''.join(parts)


class ChunkDecoder:
    """Incremental decoder for chunked transfer encoding."""

    def __init__(self) -> None:
        self.ended = False
        # Whether exactly the end of the body was fed: no trailers, and no bytes after it.
        self.is_exact = False
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
                self.ended, self.is_exact = True, data[end + 2 :] == b'\r\n'
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
            raise CutError('the body is not chunked')
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
            raise CutError('the body is not chunked')
        length = int(digits, 16)
        if length > 0 and len(head) <= 3:
            _LENGTHS[head] = length
    return length


class LengthDecoder:
    """Decoder for a body of a known length in bytes, with the attributes of ChunkDecoder."""

    def __init__(self, length: int) -> None:
        self.ended = self.is_exact = length == 0
        self._remaining = length

    def feed(self, data: bytes) -> bytes:
        """Return the part of the body in these bytes."""
        part = data[: self._remaining]
        self._remaining -= len(part)
        self.ended = self._remaining == 0
        self.is_exact = self.ended and len(part) == len(data)
        return part


class RawStream:
    """A `Stream` on the socket of a response whose headers have been read.

    `release` returns the connection to its pool; it is called only if the connection can be used
    for another request.
    """

    def __init__(
        self, response: HTTPResponse, sock: LimitedSocket, release: Callable[[], None]
    ) -> None:
        self.status = response.status
        # HTTPMessage has the methods of a mapping, but is not declared as one.
        self.headers = cast('Mapping[str, str]', response.headers)
        self._response = response
        self._sock = sock
        self._release = release
        self._decoder: Union[ChunkDecoder, LengthDecoder, None] = None
        if response.chunked:
            self._decoder = ChunkDecoder()
        elif response.length is not None:
            self._decoder = LengthDecoder(response.length)
        self._received = _take_received(response, sock)
        self._receive: Callable[[], bytes]
        if isinstance(sock, TlsSocket):
            sock.release_write_buffer()
            self._receive = sock.drain
        else:
            self._receive = lambda: sock.recv(_READ_SIZE)

    def read(self) -> bytes:
        """Wait for data and return it; b'' at the end. Raises CutError, SilentError."""
        decoder = self._decoder
        try:
            while decoder is None or not decoder.ended:
                data, self._received = self._received or self._receive(), b''
                if not data:
                    if decoder is not None or getattr(self._sock, 'ragged', False):
                        raise CutError('the connection ended in the middle of the response')
                    break
                body = data if decoder is None else decoder.feed(data)
                if body:
                    return body
            return b''
        # In Python 3.9 this is not TimeoutError.
        except socket.timeout as error:
            raise SilentError('no data arrived in time') from error
        except (OSError, ValueError) as error:
            raise CutError(str(error)) from error

    def set_read_timeout(self, seconds: float | None) -> None:
        """Set the seconds without a byte after which `read` raises SilentError."""
        with contextlib.suppress(OSError):
            self._sock.set_read_timeout(seconds)

    def limit_answer(self, ends_at: float, read_timeout: float) -> None:
        """Limit the rest of the body: its end (`time.monotonic`) and the seconds of each read."""
        with contextlib.suppress(OSError):
            self._sock.limit_answer(ends_at, read_timeout)

    def stop(self) -> None:
        """End a blocked `read`; the only method that other threads may call."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Return the connection to the pool; only the reading thread may call it."""
        decoder = self._decoder
        is_exact = decoder is not None and decoder.is_exact and not self._received
        if is_exact and not self._response.will_close:
            self._release()
        else:
            self._response.close()
            self._sock.close()


def _take_received(response: HTTPResponse, sock: LimitedSocket) -> bytes:
    """Return the data that arrived with the headers, without waiting for more."""
    received = sock.peek_buffered(response.fp.peek)
    if not response.will_close:
        # Its buffer is not needed any more. Otherwise it keeps the socket open.
        response.close()
    return received
