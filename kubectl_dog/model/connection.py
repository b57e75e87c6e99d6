"""What the live source asks of a connection, so that another backend can stand in for ours."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple
from typing import Protocol

JSON = 'application/json'
Query = Sequence[tuple[str, str]]


class ConnectionFlags(NamedTuple):
    """What the command line may say about the cluster; None or empty means it was not said.

    `request_timeout` is in seconds (0 or None: no limit of the user's) and does not end watches
    and log streams. `as_user_extra` holds KEY=VALUE. From a `verbosity` of 6 on, requests are told
    on stderr.
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
    """No answer could be had from the server; the message is a sentence for the user."""


class CutError(Exception):
    """A stream broke off in the middle: what came before it is good, more may be had again."""


class SilentError(CutError):
    """A stream brought nothing for its read timeout; it cannot be read any further."""


class Response(NamedTuple):
    """A whole answer. Keys of `headers` are to be read without regard to case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Stream(Protocol):
    """An answer that is read while it comes; belongs to the thread that reads it."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Response headers; keys are to be read without regard to case."""
        ...

    def read(self) -> bytes:
        """What has arrived, waiting for something; b'' at the end. Raises CutError, SilentError."""
        ...

    def set_read_timeout(self, seconds: float | None) -> None:
        """From now on `read` raises SilentError after this many seconds without a byte."""
        ...

    def stop(self) -> None:
        """End a blocked `read` at once; the one method other threads may call."""
        ...

    def close(self) -> None:
        """Give the connection back; only the reading thread may call it."""
        ...


class Connection(Protocol):
    """One API server, with one identity; every method may be called from any thread."""

    @property
    def server(self) -> str:
        """The server's URL, as people know it."""
        ...

    @property
    def namespace(self) -> str:
        """The namespace that commands use where none is given."""
        ...

    @property
    def user(self) -> str:
        """A name that tells who asks, such as that of the user entry; empty: there is none, and
        nothing that one has seen is kept for the next.
        """
        ...

    @property
    def clock_offset(self) -> float:
        """Seconds by which the server's clock is ahead of ours; 0.0 unless it is more than 2 s."""
        ...

    def get(self, path: str, query: Query = (), accept: str = JSON) -> Response:
        """One request, answered whole, whatever its status; raises UnreachableError."""
        ...

    def stream(self, path: str, query: Query, read_timeout: float | None) -> Stream:
        """Open a response that goes on, whatever its status; raises UnreachableError."""
        ...

    def close(self) -> None:
        """Break every open socket; nothing can be asked afterwards."""
        ...
