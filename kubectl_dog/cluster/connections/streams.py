"""Streams on urllib3 responses, and for requests that were not sent."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.exceptions import ReadTimeoutError

from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import SilentError
from kubectl_dog.model.errors import AccessError

_CHUNK = 65536


class ResponseStream:
    """Implements `Stream` on a urllib3 response, where the socket cannot be read directly."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        # With TLS within the TLS of a proxy, only this socket can be shut down.
        self._sock = _response_socket(response)
        self._inner_sock: socket.socket | None = getattr(self._sock, 'socket', None)
        # `stream` uses a third less CPU than `read1`, but needs a chunked body.
        self._chunks: Iterator[bytes] | None = None
        if isinstance(response, urllib3.HTTPResponse) and response.chunked:
            self._chunks = response.stream(_CHUNK, decode_content=False)

    def read(self) -> bytes:
        """Wait for data and return it; b'' at the end. Raises CutError, SilentError."""
        try:
            if self._chunks is not None:
                return next(self._chunks, b'')
            return self._response.read1(_CHUNK, decode_content=False) or b''
        except ReadTimeoutError as error:
            raise SilentError('nothing came for a while') from error
        # A stop by another thread can raise any of these.
        except (HTTPError, OSError, ValueError, AttributeError) as error:
            raise CutError(str(error)) from error

    def set_read_timeout(self, seconds: float | None) -> None:
        """Set the seconds without a byte after which `read` raises SilentError."""
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.settimeout(seconds)

    def stop(self) -> None:
        """End a blocked `read`; the only method that other threads may call."""
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            if self._inner_sock is not None:
                self._inner_sock.shutdown(socket.SHUT_RDWR)
            else:
                self._response.shutdown()

    def close(self) -> None:
        """Return the connection to the pool; only the reading thread may call it."""
        self._chunks = None
        self._response.close()
        self._response.release_conn()


def _response_socket(response: urllib3.BaseHTTPResponse) -> Any:
    """Return the socket of a response; http.client drops it if the server will close it."""
    sock = getattr(response.connection, 'kept', None) or getattr(response.connection, 'sock', None)
    if sock is not None:
        return sock
    raw = getattr(getattr(getattr(response, '_fp', None), 'fp', None), 'raw', None)
    return getattr(raw, '_sock', None)


class UnauthorizedStream:
    """Implements `Stream` for a request that was not sent because there are no credentials."""

    status = 401
    headers: Mapping[str, str] = {}

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self) -> bytes:
        """Return the body, then b''."""
        body, self._body = self._body, b''
        return body

    def set_read_timeout(self, seconds: float | None) -> None:
        """Nothing is ever waited for."""

    def stop(self) -> None:
        """Nothing is ever waited for."""

    def close(self) -> None:
        """Do nothing: no connection is open."""


def unauthorized_body(error: AccessError) -> bytes:
    """Return a Status object with code 401: readers treat missing credentials as refused ones."""
    return json.dumps({'kind': 'Status', 'code': 401, 'message': str(error)}).encode()
