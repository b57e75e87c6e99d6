"""The `kubeconfig` connection: one server and one user, on http.client."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Mapping
from email.utils import mktime_tz
from email.utils import parsedate_tz
from http.client import HTTPException
from typing import Protocol
from urllib.parse import urlencode

from kubectl_dog.cluster.auth.credentials import CredentialProvider
from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.provider import provider
from kubectl_dog.cluster.client_config.resolve import resolve_settings
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.cluster.transport.http_pool import Body
from kubectl_dog.cluster.transport.http_pool import Headers
from kubectl_dog.cluster.transport.http_pool import HttpPool
from kubectl_dog.cluster.transport.raw_stream import read_body
from kubectl_dog.cluster.transport.route import Route
from kubectl_dog.cluster.transport.route import TrackedSockets
from kubectl_dog.model import limits
from kubectl_dog.model.connection import JSON
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import Query
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import SilentError
from kubectl_dog.model.connection import Stream
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError

# importlib.metadata would dominate the start-up time; a test compares the two versions.
VERSION = '0.1.0'
_LOG_REQUESTS_FROM = 6
# No clock is wrong by more seconds than this: a proxy has sent nonsense.
_MAX_CLOCK_OFFSET = 50 * 365 * 86400.0
_APPLY = 'application/apply-patch+yaml'
# No other object can be created.
_REVIEWS = {
    kind: f'/apis/authorization.k8s.io/v1/{kind.lower()}s'
    for kind in ('SelfSubjectRulesReview', 'SelfSubjectAccessReview')
}
_DRY_RUN = (('dryRun', 'All'), ('fieldManager', 'kubectl-dog'), ('force', 'true'))


def connect(flags: ConnectionFlags) -> Connection:
    """Open a connection: read kubeconfig and certificates, run plugins; raises AccessError.

    Sends nothing to the server.
    """
    connection = KubeConnection(
        resolve_settings(flags), flags.request_timeout or 0.0, flags.verbosity or 0
    )
    connection.sign_in()
    return connection


class LimitedStream(Stream, Protocol):
    """A stream whose body can be limited in time."""

    def limit_answer(self, ends_at: float, read_timeout: float) -> None:
        """Limit the body: its end (`time.monotonic`) and the seconds of each read."""
        ...


class Pool(Protocol):
    """A pool that sends requests to one server; thread-safe."""

    # The proxy without its password, for messages; empty if there is none.
    proxy_name: str

    def request(
        self, target: str, headers: Headers, timeout: float, body: Body | None = None
    ) -> LimitedStream:
        """Send a GET request, or the request of a body; raises OSError or HTTPException."""
        ...

    def close(self) -> None:
        """Close idle connections."""
        ...


class KubeConnection:
    """A `Connection` with kubeconfig; `timeout` limits a response, in seconds (0: no limit)."""

    def __init__(self, settings: Settings, timeout: float = 0.0, verbosity: int = 0) -> None:
        self.server = settings.server_name
        self.namespace = settings.namespace
        # With impersonation, the name of the user entry does not identify the user.
        self.user = '' if settings.impersonate else settings.user
        self.clock_offset = 0.0
        self.is_closed = False
        self._settings = settings
        self._timeout = min(timeout or limits.HEAD_SECONDS, limits.HEAD_SECONDS)
        self._answer_seconds = timeout or limits.ANSWER_SECONDS
        self._verbosity = verbosity
        self._provider = self._create_provider(settings, timeout)
        self._sockets = TrackedSockets()
        self._lock = threading.Lock()
        self._certificate = b''
        self._pool = self._create_pool(settings)

    def _create_provider(self, settings: Settings, seconds: float) -> CredentialProvider:
        return provider(settings, seconds)

    def _create_pool(self, settings: Settings) -> Pool:
        return HttpPool(Route(settings, self._sockets))

    def sign_in(self) -> None:
        """Request the first credentials, before the first request."""
        self._pool_for(self._provider.current())

    def get(self, path: str, query: Query = (), accept: str = JSON) -> Response:
        """Send a request and return the response with any status; raises UnreachableError."""
        return self._whole_response(path, query, accept)

    def dry_run_apply(self, path: str, body: bytes, query: Query = ()) -> Response:
        """Apply an object without saving it; raises UnreachableError."""
        request = Body('PATCH', _APPLY, body, is_repeatable=True)
        return self._whole_response(path, (*_DRY_RUN, *query), JSON, request)

    def review_self(self, kind: str, spec: Mapping[str, object]) -> Response:
        """Ask what the user may do; raises UnreachableError."""
        review = {'apiVersion': 'authorization.k8s.io/v1', 'kind': kind, 'spec': spec}
        request = Body('POST', JSON, json.dumps(review).encode(), is_repeatable=True)
        return self._whole_response(_REVIEWS[kind], (), JSON, request)

    def _whole_response(
        self, path: str, query: Query, accept: str, request_body: Body | None = None
    ) -> Response:
        ends_at = time.monotonic() + self._answer_seconds
        try:
            try:
                return self._request_whole(path, query, accept, request_body, ends_at)
            except (SilentError, limits.TooLongError):
                raise
            except CutError:
                # A connection that breaks once is no outage.
                return self._request_whole(path, query, accept, request_body, ends_at)
        except AccessError as error:
            return Response(401, _unauthorized_body(error), {})
        except CutError as error:
            raise self._unreachable_error(error) from error

    def _request_whole(
        self, path: str, query: Query, accept: str, request_body: Body | None, ends_at: float
    ) -> Response:
        response = self._send(path, query, accept, request_body)
        body = self._read_body(response, ends_at)
        return Response(response.status, body, response.headers)

    def _read_body(self, response: LimitedStream, ends_at: float) -> bytes:
        with contextlib.closing(response):
            response.limit_answer(ends_at, self._timeout)
            body = read_body(response, ends_at, limits.BODY_BYTES)
        if not body or not _is_compressed(response.headers):
            return body
        from kubectl_dog.cluster.transport import compressed_stream

        return compressed_stream.decompress(body, limits.BODY_BYTES)

    def stream(self, path: str, query: Query, read_timeout: float | None) -> Stream:
        """Open a streaming response with any status; raises UnreachableError."""
        try:
            response = self._send(path, query, JSON)
        except AccessError as error:
            return _UnauthorizedStream(_unauthorized_body(error))
        response.set_read_timeout(read_timeout)
        if _is_compressed(response.headers):
            from kubectl_dog.cluster.transport.compressed_stream import CompressedStream

            return CompressedStream(response)
        return response

    def close(self) -> None:
        """Close every open socket; no request is possible afterwards."""
        self.is_closed = True
        self._provider.close()
        self._pool.close()
        self._sockets.shut()

    def _send(
        self, path: str, query: Query, accept: str, body: Body | None = None
    ) -> LimitedStream:
        credentials = self._provider.current()
        response = self._request(path, query, accept, credentials, body)
        if response.status == 401 and self._renew(credentials):
            response.close()
            response = self._request(path, query, accept, self._provider.current(), body)
        self._set_clock(response.headers)
        return response

    def _renew(self, credentials: Credentials) -> bool:
        try:
            return self._provider.renew(credentials)
        except AccessError:
            # The plugin has printed its error to stderr; report the answer of the server.
            return False

    def _request(
        self,
        path: str,
        query: Query,
        accept: str,
        credentials: Credentials,
        body: Body | None,
    ) -> LimitedStream:
        target = path + ('?' + urlencode(query, errors='replace') if query else '')
        headers = [('Accept', accept), ('User-Agent', f'kubectl-dog/{VERSION}')]
        if credentials.authorization:
            headers.append(('Authorization', credentials.authorization))
        headers += self._settings.impersonate
        started = time.monotonic()
        try:
            if self.is_closed:
                raise ConnectionAbortedError('the connection was closed')
            response = self._pool_for(credentials).request(target, headers, self._timeout, body)
        except (HTTPException, OSError) as error:
            raise self._unreachable_error(error) from error
        if self._verbosity >= _LOG_REQUESTS_FROM:
            method = 'GET' if body is None else body.method
            self._log_request(method, target, response.status, time.monotonic() - started)
        return response

    def _pool_for(self, credentials: Credentials) -> Pool:
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
        proxy_name = self._pool.proxy_name
        return UnreachableError(
            f'{reason} (through the proxy {proxy_name})' if proxy_name else reason
        )

    def _log_request(self, method: str, target: str, status: int, seconds: float) -> None:
        import sys

        milliseconds = f'{seconds * 1000:.0f} milliseconds'
        sys.stderr.write(f'{method} {self.server}{target} {status} in {milliseconds}\n')

    def _set_clock(self, headers: Mapping[str, str]) -> None:
        try:
            parsed = parsedate_tz(headers.get('Date') or '')
            # The header has truncated seconds: half a second is the best estimate.
            offset = mktime_tz(parsed) + 0.5 - time.time() if parsed else 0.0
        except (OverflowError, ValueError, IndexError):
            return
        if parsed and abs(offset) < _MAX_CLOCK_OFFSET:
            self.clock_offset = offset if abs(offset) > 2 else 0.0


class _UnauthorizedStream:
    """A `Stream` for a request that was not sent, because there are no credentials."""

    status = 401
    headers: Mapping[str, str] = {}

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self) -> bytes:
        """Return the body, then b''."""
        body, self._body = self._body, b''
        return body

    def set_read_timeout(self, seconds: float | None) -> None:
        """Do nothing: `read` does not wait."""

    def stop(self) -> None:
        """Do nothing: `read` does not wait."""

    def close(self) -> None:
        """Do nothing: no connection is open."""


def _is_compressed(headers: Mapping[str, str]) -> bool:
    # No compression was requested, but some proxies compress nevertheless.
    encoding = headers.get('Content-Encoding', '').lower()
    return encoding in ('gzip', 'x-gzip', 'deflate')


def _unauthorized_body(error: AccessError) -> bytes:
    """Return a Status object with code 401: readers treat missing credentials as rejected ones."""
    return json.dumps({'kind': 'Status', 'code': 401, 'message': str(error)}).encode()
