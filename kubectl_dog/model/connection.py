"""Interfaces of connections to an API server, which other backends can implement."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Protocol
from typing import runtime_checkable

from kubectl_dog.model.named_tuple import NamedTuple

JSON = 'application/json'
Query = Sequence[tuple[str, str]]


class ConnectionFlags(NamedTuple):
    """Command-line flags for the cluster; None or empty if not given.

    `request_timeout` is in seconds (0 or None: no limit) and does not end watches and log streams.
    `as_user_extra` holds KEY=VALUE. With a `verbosity` of 6 or higher, requests are logged on
    stderr.
    """

    kubeconfig: str | None = None
    context: str | None = None
    cluster: str | None = None
    user: str | None = None
    namespace: str | None = None
    server: str | None = None
    token: str | None = None
    certificate_authority: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    insecure_skip_tls_verify: bool | None = None
    tls_server_name: str | None = None
    request_timeout: float | None = None
    kubeconfig_base64: str | None = None
    username: str | None = None
    password: str | None = None
    as_user: str | None = None
    as_group: Sequence[str] | None = None
    as_uid: str | None = None
    as_user_extra: Sequence[str] | None = None
    proxy_url: str | None = None
    disable_compression: bool | None = None
    verbosity: int | None = None


class UnreachableError(Exception):
    """The server did not answer; the message is a sentence for the user."""


class CutError(Exception):
    """A stream was interrupted: the data before are valid, and a retry may succeed."""


class SilentError(CutError):
    """A stream received nothing for its read timeout; it cannot be read any further."""


class Response(NamedTuple):
    """A complete response. The keys of `headers` are case-insensitive."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Stream(Protocol):
    """A streaming response; it belongs to the thread that reads it."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Response headers; the keys are case-insensitive."""
        ...

    def read(self) -> bytes:
        """Wait for data and return it; b'' at the end. Raises CutError, SilentError."""
        ...

    def set_read_timeout(self, seconds: float | None) -> None:
        """Set the seconds without a byte after which `read` raises SilentError."""
        ...

    def stop(self) -> None:
        """End a blocked `read`; the only method that other threads may call."""
        ...

    def close(self) -> None:
        """Release the connection; only the reading thread may call it."""
        ...


class Connection(Protocol):
    """A connection to one API server as one user; all methods are thread-safe."""

    @property
    def server(self) -> str:
        """The URL of the server, for messages."""
        ...

    @property
    def namespace(self) -> str:
        """The default namespace of commands."""
        ...

    @property
    def user(self) -> str:
        """A name that identifies the user, such as that of the user entry. If it is empty, nothing
        is cached.
        """
        ...

    @property
    def clock_offset(self) -> float:
        """Seconds that the clock of the server is ahead of ours; 0.0 if it is at most 2 s."""
        ...

    def get(self, path: str, query: Query = (), accept: str = JSON) -> Response:
        """Send a request and return the response with any status; raises UnreachableError."""
        ...

    def stream(self, path: str, query: Query, read_timeout: float | None) -> Stream:
        """Open a streaming response with any status; raises UnreachableError."""
        ...

    def close(self) -> None:
        """Close every open socket; no request is possible afterwards."""
        ...


@runtime_checkable
class DryRunConnection(Protocol):
    """The part of a connection for dry runs; backends of other packages may not have it."""

    def dry_run_apply(self, path: str, body: bytes, query: Query = ()) -> Response:
        """Send a server-side apply of an object in JSON that the server does not save.

        Returns the response with any status: 200 or 201 with the object as it would be, 403 if the
        user may not change it. Raises UnreachableError.
        """
        ...


@runtime_checkable
class RightsConnection(Protocol):
    """The part of a connection for the rights of its user; other backends may not have it."""

    def review_self(self, kind: str, spec: Mapping[str, object]) -> Response:
        """Create a SelfSubjectRulesReview or a SelfSubjectAccessReview, which are not saved.

        Returns the response with any status: 201 with what the user may do. Raises
        UnreachableError.
        """
        ...
