"""The `kubeconfig` connection: one server and one user, on urllib3."""

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

# importlib.metadata would dominate the start-up time; a test compares the two versions.
VERSION = '0.1.0'
_CONNECT_TIMEOUT = 5.0
_RESPONSE_TIMEOUT = 30.0
_LOG_REQUESTS_FROM = 6


def connect(flags: ConnectionFlags) -> Connection:
    """Open a connection: read kubeconfig and certificates, run plugins; raises AccessError.

    Sends nothing to the server.
    """
    connection = KubeConnection(
        resolve_settings(flags), flags.request_timeout or 0.0, flags.verbosity or 0
    )
    connection.sign_in()
    return connection


class KubeConnection:
    """Implements `Connection`; `timeout` is the user's limit in seconds for a response, or 0."""

    def __init__(self, settings: Settings, timeout: float = 0.0, verbosity: int = 0) -> None:
        self.server = settings.server
        self.namespace = settings.namespace
        # With impersonation, the name of the user entry does not identify the user.
        self.user = '' if settings.impersonate else settings.user
        self.clock_offset = 0.0
        self.is_closed = False
        self._settings = settings
        self._timeout = min(timeout or _RESPONSE_TIMEOUT, _RESPONSE_TIMEOUT)
        self._verbosity = verbosity
        self._provider = self._create_provider(settings)
        self._sockets = TrackedSockets()
        self._lock = threading.Lock()
        self._certificate = b''
        self._pool = self._create_pool(settings)
        self._path_prefix = self._url_prefix()

    def _create_provider(self, settings: Settings) -> CredentialProvider:
        return provider(settings)

    def _create_pool(self, settings: Settings) -> Any:
        return pools.create_pool(settings, self._sockets)

    def _url_prefix(self) -> str:
        return pools.url_prefix(self._pool, self._settings)

    def _proxy_name(self) -> str:
        return pools.describe_proxy(self._pool.conn_kw, self._pool.proxy)

    def sign_in(self) -> None:
        """Request the first credentials, before the first request."""
        self._pool_for(self._provider.current())

    def get(self, path: str, query: Query = (), accept: str = JSON) -> Response:
        """Send a request and return the response with any status; raises UnreachableError."""
        try:
            response = self._send(path, query, accept)
        except AccessError as error:
            return Response(401, unauthorized_body(error), {})
        try:
            return Response(response.status, response.read(), response.headers)
        except (HTTPError, OSError) as error:
            response.close()
            raise self._unreachable_error(error) from error
        finally:
            response.release_conn()

    def stream(self, path: str, query: Query, read_timeout: float | None) -> Stream:
        """Open a streaming response with any status; raises UnreachableError."""
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
        """Close every open socket; no request is possible afterwards."""
        self.is_closed = True
        self._pool.close()
        self._sockets.shut()

    def _send(self, path: str, query: Query, accept: str) -> urllib3.BaseHTTPResponse:
        credentials = self._provider.current()
        response = self._request_with_retry(path, query, accept, credentials)
        if response.status == 401 and self._renew(credentials):
            # Do not drain: urllib3 may leave the end of a chunked body to the next request.
            response.close()
            response.release_conn()
            response = self._request_with_retry(path, query, accept, self._provider.current())
        self._set_clock(response.headers)
        return response

    def _renew(self, credentials: Credentials) -> bool:
        try:
            return self._provider.renew(credentials)
        except AccessError:
            # The plugin has printed its error to stderr; report the answer of the server.
            return False

    def _request_with_retry(
        self, path: str, query: Query, accept: str, credentials: Credentials
    ) -> urllib3.BaseHTTPResponse:
        started = time.monotonic()
        try:
            try:
                response = self._request(path, query, accept, credentials)
            except (ProtocolError, ClosedPoolError):
                # The server may have closed an idle connection when this request reused it, or
                # another thread has renewed the certificate.
                response = self._request(path, query, accept, credentials)
        except (HTTPError, OSError) as error:
            raise self._unreachable_error(error) from error
        if self._verbosity >= _LOG_REQUESTS_FROM:
            self._log_request(path, query, response.status, time.monotonic() - started)
        return response

    def _request(
        self, path: str, query: Query, accept: str, credentials: Credentials
    ) -> urllib3.BaseHTTPResponse:
        headers = urllib3.HTTPHeaderDict({'Accept': accept, 'User-Agent': f'kubectl-dog/{VERSION}'})
        if credentials.authorization:
            headers['Authorization'] = credentials.authorization
        for name, value in self._settings.impersonate:
            headers.add(name, value)
        answer: urllib3.BaseHTTPResponse = self._pool_for(credentials).urlopen(
            'GET',
            self._path_prefix + path + ('?' + urlencode(query, errors='replace') if query else ''),
            headers=headers,
            retries=False,
            redirect=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=_CONNECT_TIMEOUT, read=self._timeout),
        )
        return answer

    def _pool_for(self, credentials: Credentials) -> Any:
        """Return the pool for the client certificate; open streams keep their old one."""
        with self._lock:
            if credentials.certificate != self._certificate:
                settings = self._settings._replace(
                    cert_data=credentials.certificate, key_data=credentials.key
                )
                pool = self._create_pool(settings)
                self._pool.close()
                self._pool, self._certificate = pool, credentials.certificate
            return self._pool

    def _unreachable_error(self, error: BaseException) -> UnreachableError:
        reason = api_errors.unreachable(self.server, error)
        proxy_name = self._proxy_name()
        return UnreachableError(f'{reason} (by the proxy {proxy_name})' if proxy_name else reason)

    def _log_request(self, path: str, query: Query, status: int, seconds: float) -> None:
        import sys

        url = self.server + path + ('?' + urlencode(query, errors='replace') if query else '')
        sys.stderr.write(f'GET {url} {status} in {seconds * 1000:.0f} milliseconds\n')

    def _set_clock(self, headers: Mapping[str, str]) -> None:
        parsed = parsedate_tz(headers.get('Date') or '')
        if parsed:
            # The header has truncated seconds: half a second is the best estimate.
            offset = mktime_tz(parsed) + 0.5 - time.time()
            self.clock_offset = offset if abs(offset) > 2 else 0.0
