"""The `kubeconfig` connection: one server, one identity, on urllib3."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from email.utils import mktime_tz
from email.utils import parsedate_tz
from typing import Any
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import ClosedPoolError
from urllib3.exceptions import HTTPError
from urllib3.exceptions import ProtocolError

from kubectl_dog.cluster.auth.credentials import CredentialProvider
from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.provider import provider
from kubectl_dog.cluster.client_config.resolve import resolve_settings
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.streams import ResponseStream
from kubectl_dog.cluster.connections.streams import UnauthorizedStream
from kubectl_dog.cluster.connections.streams import unauthorized_body
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.cluster.transport import pools
from kubectl_dog.cluster.transport.raw_stream import raw_stream
from kubectl_dog.cluster.transport.tracked_sockets import TrackedSockets
from kubectl_dog.model.connection import JSON
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.connection import Query
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import Stream
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError

# importlib.metadata would cost more at start-up than everything else here; a test compares them.
VERSION = '0.1.0'
_CONNECT = 5.0
_HEADERS = 30.0
_TELL_REQUESTS = 6


def connect(flags: ConnectionFlags) -> Connection:
    """Read kubeconfig and certificates, and sign in where a plugin does that; raises AccessError.

    Nothing is sent to the server yet.
    """
    connection = KubeConnection(
        resolve_settings(flags), flags.request_timeout or 0.0, flags.verbosity or 0
    )
    connection.sign_in()
    return connection


class KubeConnection:
    """Implements `protocol.Connection`; `timeout` is the user's limit for one answer, or 0."""

    def __init__(self, settings: Settings, timeout: float = 0.0, verbosity: int = 0) -> None:
        self.server = settings.server
        self.namespace = settings.namespace
        # Who acts as somebody else has no name of their own.
        self.user = '' if settings.impersonate else settings.user
        self.clock_offset = 0.0
        self.is_closed = False
        self._settings = settings
        self._timeout = min(timeout or _HEADERS, _HEADERS)
        self._verbosity = verbosity
        self._identity = self._who(settings)
        self._sockets = TrackedSockets()
        self._lock = threading.Lock()
        self._certificate = b''
        self._pool = self._open(settings)
        self._prefix = self._origin()

    def _who(self, settings: Settings) -> CredentialProvider:
        return provider(settings)

    def _open(self, settings: Settings) -> Any:
        return pools.pool(settings, self._sockets)

    def _origin(self) -> str:
        return pools.origin(self._pool, self._settings)

    def _proxy(self) -> str:
        return pools.proxied(self._pool.conn_kw, self._pool.proxy)

    def sign_in(self) -> None:
        """Have the first credentials issued, before there is anything to ask for."""
        self._pool_for(self._identity.current())

    def get(self, path: str, query: Query = (), accept: str = JSON) -> Response:
        """One request, answered whole, whatever its status; raises UnreachableError."""
        try:
            response = self._send(path, query, accept)
        except AccessError as error:
            return Response(401, unauthorized_body(error), {})
        try:
            return Response(response.status, response.read(), response.headers)
        except (HTTPError, OSError) as error:
            response.close()
            raise self._unreachable(error) from error
        finally:
            response.release_conn()

    def stream(self, path: str, query: Query, read_timeout: float | None) -> Stream:
        """Open a response that goes on, whatever its status; raises UnreachableError."""
        try:
            response = self._send(path, query, JSON)
        except AccessError as error:
            return UnauthorizedStream(unauthorized_body(error))
        opened = raw_stream(response, getattr(response.connection, 'kept', None)) or ResponseStream(
            response
        )
        opened.set_read_timeout(read_timeout)
        return opened

    def close(self) -> None:
        """Break every open socket; nothing can be asked afterwards."""
        self.is_closed = True
        self._pool.close()
        self._sockets.shut()

    def _send(self, path: str, query: Query, accept: str) -> urllib3.BaseHTTPResponse:
        used = self._identity.current()
        response = self._answer(path, query, accept, used)
        if response.status == 401 and self._renewed(used):
            # Not drained: urllib3 may leave the end of a chunked body to the next request.
            response.close()
            response.release_conn()
            response = self._answer(path, query, accept, self._identity.current())
        self._set_clock(response.headers)
        return response

    def _renewed(self, used: Credentials) -> bool:
        try:
            return self._identity.renew(used)
        except AccessError:
            # What the plugin has to say about it went to stderr; the server's word counts.
            return False

    def _answer(
        self, path: str, query: Query, accept: str, used: Credentials
    ) -> urllib3.BaseHTTPResponse:
        began = time.monotonic()
        try:
            try:
                response = self._request(path, query, accept, used)
            except (ProtocolError, ClosedPoolError):
                # The server may have closed an idle connection just as we took it up again, or
                # another thread has come by a new certificate.
                response = self._request(path, query, accept, used)
        except (HTTPError, OSError) as error:
            raise self._unreachable(error) from error
        if self._verbosity >= _TELL_REQUESTS:
            self._tell(path, query, response.status, time.monotonic() - began)
        return response

    def _request(
        self, path: str, query: Query, accept: str, used: Credentials
    ) -> urllib3.BaseHTTPResponse:
        headers = urllib3.HTTPHeaderDict({'Accept': accept, 'User-Agent': f'kubectl-dog/{VERSION}'})
        if used.authorization:
            headers['Authorization'] = used.authorization
        for name, value in self._settings.impersonate:
            headers.add(name, value)
        answer: urllib3.BaseHTTPResponse = self._pool_for(used).urlopen(
            'GET',
            self._prefix + path + ('?' + urlencode(query, errors='replace') if query else ''),
            headers=headers,
            retries=False,
            redirect=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=_CONNECT, read=self._timeout),
        )
        return answer

    def _pool_for(self, used: Credentials) -> Any:
        """The pool with the issued certificate; what is open goes on with the one it has."""
        with self._lock:
            if used.certificate != self._certificate:
                settings = self._settings._replace(cert_data=used.certificate, key_data=used.key)
                made = self._open(settings)
                self._pool.close()
                self._pool, self._certificate = made, used.certificate
            return self._pool

    def _unreachable(self, error: BaseException) -> UnreachableError:
        said = api_errors.unreachable(self.server, error)
        proxy = self._proxy()
        return UnreachableError(f'{said} (by the proxy {proxy})' if proxy else said)

    def _tell(self, path: str, query: Query, status: int, seconds: float) -> None:
        import sys

        url = self.server + path + ('?' + urlencode(query, errors='replace') if query else '')
        sys.stderr.write(f'GET {url} {status} in {seconds * 1000:.0f} milliseconds\n')

    def _set_clock(self, headers: Mapping[str, str]) -> None:
        parsed = parsedate_tz(headers.get('Date') or '')
        if parsed:
            # The header has whole seconds, cut off: half a second is the fair guess.
            offset = mktime_tz(parsed) + 0.5 - time.time()
            self.clock_offset = offset if abs(offset) > 2 else 0.0
