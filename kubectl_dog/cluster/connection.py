"""The `kubeconfig` connection: one server, one identity, on urllib3."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from collections.abc import Mapping
from email.utils import mktime_tz
from email.utils import parsedate_tz
from typing import Any
from urllib.parse import urlencode
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import ReadTimeoutError

from kubectl_dog.cluster import errors
from kubectl_dog.cluster import tls
from kubectl_dog.cluster.bearer import Token
from kubectl_dog.cluster.protocol import JSON
from kubectl_dog.cluster.protocol import Connection
from kubectl_dog.cluster.protocol import CutError
from kubectl_dog.cluster.protocol import Flags
from kubectl_dog.cluster.protocol import Query
from kubectl_dog.cluster.protocol import Response
from kubectl_dog.cluster.protocol import SilentError
from kubectl_dog.cluster.protocol import Stream
from kubectl_dog.cluster.protocol import UnreachableError
from kubectl_dog.cluster.settings import Settings
from kubectl_dog.cluster.settings import resolve
from kubectl_dog.cluster.sockets import Plain
from kubectl_dog.cluster.sockets import Secure
from kubectl_dog.cluster.sockets import Sockets
from kubectl_dog.cluster.sockets import options

# importlib.metadata would cost more at start-up than everything else here; a test compares them.
VERSION = '0.1.0'
_CONNECT = 5.0
_HEADERS = 30.0
_CHUNK = 65536


def connect(flags: Flags) -> Connection:
    """Read kubeconfig and certificates; raises AccessError. Nothing is sent to the server yet."""
    return KubeConnection(resolve(flags), flags.request_timeout or 0.0)


class KubeConnection:
    """Implements `protocol.Connection`; `timeout` is the user's limit for one answer, or 0."""

    def __init__(self, settings: Settings, timeout: float = 0.0) -> None:
        self.server = settings.server
        self.namespace = settings.namespace
        self.user = settings.user
        self.clock_offset = 0.0
        self._prefix = urlsplit(settings.server).path.rstrip('/')
        self._timeout = min(timeout or _HEADERS, _HEADERS)
        self._token = Token(settings.token, settings.token_file)
        self._sockets = Sockets()
        self._pool = _pool(settings, self._sockets)

    def get(self, path: str, query: Query = (), accept: str = JSON) -> Response:
        """One request, answered whole, whatever its status; raises UnreachableError."""
        response = self._send(path, query, accept)
        try:
            return Response(response.status, response.read(), response.headers)
        except (HTTPError, OSError) as error:
            response.close()
            raise UnreachableError(errors.unreachable(self.server, error)) from error
        finally:
            response.release_conn()

    def stream(self, path: str, query: Query, read_timeout: float | None) -> Stream:
        """Open a response that goes on, whatever its status; raises UnreachableError."""
        opened = KubeStream(self._send(path, query, JSON))
        opened.patience(read_timeout)
        return opened

    def close(self) -> None:
        """Break every open socket; nothing can be asked afterwards."""
        self._pool.close()
        self._sockets.shut()

    def _send(self, path: str, query: Query, accept: str) -> urllib3.BaseHTTPResponse:
        try:
            response = self._request(path, query, accept)
        except ProtocolError:
            # The server may have closed an idle connection just as we took it up again.
            response = self._again(path, query, accept)
        except (HTTPError, OSError) as error:
            raise UnreachableError(errors.unreachable(self.server, error)) from error
        self._set_clock(response.headers)
        return response

    def _again(self, path: str, query: Query, accept: str) -> urllib3.BaseHTTPResponse:
        try:
            return self._request(path, query, accept)
        except (HTTPError, OSError) as error:
            raise UnreachableError(errors.unreachable(self.server, error)) from error

    def _request(self, path: str, query: Query, accept: str) -> urllib3.BaseHTTPResponse:
        headers = {'Accept': accept, 'User-Agent': f'kubectl-dog/{VERSION}'}
        token = self._token.value()
        if token:
            headers['Authorization'] = f'Bearer {token}'
        return self._pool.urlopen(
            'GET',
            self._prefix + path + ('?' + urlencode(query) if query else ''),
            headers=headers,
            retries=False,
            redirect=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=_CONNECT, read=self._timeout),
        )

    def _set_clock(self, headers: Mapping[str, str]) -> None:
        parsed = parsedate_tz(headers.get('Date') or '')
        if parsed:
            # The header has whole seconds, cut off: half a second is the fair guess.
            offset = mktime_tz(parsed) + 0.5 - time.time()
            self.clock_offset = offset if abs(offset) > 2 else 0.0


class KubeStream:
    """Implements `protocol.Stream` on a urllib3 response."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        # `stream` takes a third less CPU than `read1`, but needs chunks.
        self._chunks: Iterator[bytes] | None = None
        if isinstance(response, urllib3.HTTPResponse) and response.chunked:
            self._chunks = response.stream(_CHUNK, decode_content=False)

    def read(self) -> bytes:
        """What has arrived, waiting for something; b'' at the end. Raises CutError, SilentError."""
        try:
            if self._chunks is not None:
                return next(self._chunks, b'')
            return self._response.read1(_CHUNK, decode_content=False) or b''
        except ReadTimeoutError as error:
            raise SilentError('nothing came for a while') from error
        # A stop by another thread can show as any of these.
        except (HTTPError, OSError, ValueError, AttributeError) as error:
            raise CutError(str(error)) from error

    def patience(self, seconds: float | None) -> None:
        """From now on `read` raises SilentError after this many seconds without a byte."""
        kept = getattr(self._response.connection, 'kept', None)
        if kept is not None:
            with contextlib.suppress(OSError):
                kept.settimeout(seconds)

    def stop(self) -> None:
        """End a blocked `read` at once; the one method other threads may call."""
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            self._response.shutdown()

    def close(self) -> None:
        """Give the connection back; only the reading thread may call it."""
        self._chunks = None
        self._response.close()
        self._response.release_conn()


def _pool(settings: Settings, sockets: Sockets) -> urllib3.HTTPConnectionPool:
    parts = urlsplit(settings.server)
    host = parts.hostname or ''
    common: dict[str, Any] = {
        'maxsize': 8,
        'block': False,
        'socket_options': options(),
        'sockets': sockets,
    }
    if parts.scheme == 'http':
        plain = urllib3.HTTPConnectionPool(host, parts.port or 80, **common)
        plain.ConnectionCls = Plain
        return plain
    if settings.insecure:
        # Said once by the user in kubeconfig or by flag; a warning per request helps no one.
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    if settings.tls_server_name:
        common['server_hostname'] = settings.tls_server_name
    secure = urllib3.HTTPSConnectionPool(
        host, parts.port or 443, ssl_context=tls.context(settings), **common
    )
    secure.ConnectionCls = Secure
    return secure
