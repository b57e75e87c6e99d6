"""Failures of requests as messages and as `ReadFailure`."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from collections.abc import Mapping
from http.client import BadStatusLine
from http.client import RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

from kubectl_dog.model import json_decoding
from kubectl_dog.model import limits
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import SilentError
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import get_str

_REASONS = {401: 'unauthorized', 403: 'denied'}
_HINT = 'check --context and whether the cluster is running'
_NETWORK_HINT = 'check the network (VPN) and --context'
_PROXY_HINT = 'check proxy-url in the kubeconfig and HTTPS_PROXY'
_EXPECTED_NAME = lazy_compile("valid for '([^']*)'")


class MalformedError(CutError):
    """The answer is not that of an API server; the message says what it is."""


class UnknownProxyError(OSError):
    """The host of the proxy, which is the message, has no address."""


class ApiStatus(NamedTuple):
    """A Status object of the API server: HTTP code, reason (one word) and message."""

    code: int
    reason: str
    message: str


def parse_status(code: int, body: bytes) -> ApiStatus:
    """Parse a Status object; use the HTTP code for other bodies, such as that of a proxy."""
    try:
        answer = json_decoding.decode(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        text = ' '.join(body[:200].decode('utf-8', 'replace').split())
        return ApiStatus(code, '', f'HTTP {code} {text}'.strip())
    return from_object(answer, code)


def from_object(body: dict[str, object], code: int = 0) -> ApiStatus:
    """Return the status in a decoded Status object, such as that of an ERROR event of a watch."""
    body_code = body.get('code')
    message = body.get('message')
    return ApiStatus(
        code or (body_code if isinstance(body_code, int) else 0),
        get_str(body, 'reason'),
        message if isinstance(message, str) and message else f'HTTP {code or body_code}',
    )


def read_failure(answer: ApiStatus, server: str) -> ReadFailure:
    """Return the failure for a rejected request; its reason depends on the HTTP code."""
    reason = _REASONS.get(answer.code)
    if reason == 'unauthorized':
        return ReadFailure(
            reason, f'{server} does not accept the credentials ({answer.message}): sign in again'
        )
    if reason:
        return ReadFailure(reason, answer.message)
    if answer.code in (408, 429) or answer.code >= 500:
        return ReadFailure('unreachable', f'{server} cannot answer now: {answer.message}')
    return ReadFailure('invalid', f'{server} rejected the request: {answer.message}')


def check_answer(status: int, headers: Mapping[str, str]) -> None:
    """Raise MalformedError for a redirect and for an HTML page, which proxies send."""
    if 300 <= status < 400:
        # It is not followed: the credentials are for this server.
        try:
            host = urlsplit(headers.get('Location', '')).hostname
        except ValueError:
            host = None
        raise MalformedError(f'a redirect to {host}' if host else 'a redirect')
    if status == 200 and headers.get('Content-Type', '').lower().startswith('text/html'):
        raise MalformedError('an HTML page')


def unreachable(server: str, error: BaseException) -> str:
    """Return a message: why there is no response, and what to check."""
    chain = _chain(error)
    for kind, sentence in _SENTENCES:
        for link in chain:
            if isinstance(link, kind):
                return sentence(server, link)
    last = chain[-1]
    reason = (last.strerror if isinstance(last, OSError) else '') or str(last)
    return f'cannot connect to {server}: {reason[:1].lower() + reason[1:]}; {_HINT}'


def _chain(error: BaseException) -> list[BaseException]:
    links: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in links:
        links.append(current)
        inner = [part for part in current.args if isinstance(part, BaseException)]
        current = current.__cause__ or current.__context__ or (inner[-1] if inner else None)
    return links


def _untrusted_certificate(server: str, error: Any) -> str:
    if error.verify_code in (62, 64):
        host = urlsplit(server).hostname or ''
        # OpenSSL reports the name that it expected: the host, or the tls-server-name.
        match = _EXPECTED_NAME.search(error.verify_message or '')
        name = match[1] if match else host
        reason = f'its certificate is not valid for "{name}"; '
        reason += 'use --tls-server-name' if name == host else 'check --tls-server-name'
    elif error.verify_code in (18, 19, 20, 21):
        reason = 'its certificate is signed by an unknown authority; check certificate-authority'
    elif error.verify_code == 10:
        reason = 'its certificate has expired; check the clock of this machine'
    else:
        reason = error.verify_message
    return f'cannot trust {server}: {reason}'


def _tls_failure(server: str, error: Any) -> str:
    reason = (error.reason or str(error)).lower().replace('_', ' ')
    if 'wrong version number' in reason or 'http request' in reason:
        reason = 'it does not use TLS; check whether its address begins with http://'
    elif 'certificate required' in reason or 'bad certificate' in reason or 'unknown ca' in reason:
        reason = f'it does not accept the client certificate ({reason}); check --context'
    elif 'eof occurred' in reason:
        reason = 'it closed the connection at once; check --server'
    else:
        reason = f'TLS failed ({reason}); check --server'
    return f'cannot connect to {server}: {reason}'


def _unknown_host(server: str, _: Any) -> str:
    host = urlsplit(server).hostname
    return f'cannot connect to {server}: unknown host "{host}"; {_NETWORK_HINT}'


def _unknown_proxy(server: str, error: Any) -> str:
    return f'cannot connect to {server}: unknown host "{error}" of the proxy; {_PROXY_HINT}'


def _bad_response(server: str, error: Any) -> str:
    if isinstance(error, RemoteDisconnected):
        reason = 'it closed the connection without a response'
    else:
        reason = 'it does not use HTTP'
    return f'cannot connect to {server}: {reason}; check --server'


def _connection_refused(server: str, _: Any) -> str:
    return f'cannot connect to {server}: connection refused; {_HINT}'


def _malformed(server: str, error: Any) -> str:
    return (
        f'{server} does not answer like an API server: it sent {error}; check --server and proxies'
    )


def _too_long(server: str, error: Any) -> str:
    return f'{server} sent an answer of more than {error}; check --server'


def _no_answer(server: str, _: Any) -> str:
    return f'cannot connect to {server}: no answer in time; {_NETWORK_HINT}'


# The most specific first: errors may wrap one another.
_SENTENCES: tuple[tuple[tuple[type[BaseException], ...], Callable[[str, Any], str]], ...] = (
    ((ssl.SSLCertVerificationError,), _untrusted_certificate),
    ((MalformedError,), _malformed),
    ((UnknownProxyError,), _unknown_proxy),
    ((limits.TooLongError,), _too_long),
    ((socket.gaierror,), _unknown_host),
    ((ConnectionRefusedError,), _connection_refused),
    # In Python 3.9 the second is not the first.
    ((TimeoutError, socket.timeout, SilentError), _no_answer),
    ((ssl.SSLError,), _tls_failure),
    ((BadStatusLine,), _bad_response),
)
