"""Failures of requests as messages and as `ReadFailure`."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from typing import Any
from typing import NamedTuple
from urllib.parse import urlsplit

from urllib3 import exceptions

from kubectl_dog.model import json_decoding
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.objects import get_str

_REASONS = {401: 'unauthorized', 403: 'denied'}
_HINT = 'is the cluster up, and is --context right?'
_NETWORK_HINT = 'is the network (VPN) up, and is --context right?'
_EXPECTED_NAME = re.compile("valid for '([^']*)'")


class ApiStatus(NamedTuple):
    """The answer of a server that refuses: HTTP code, reason (one word) and message."""

    code: int
    reason: str
    message: str


def parse_status(code: int, body: bytes) -> ApiStatus:
    """Parse a Status object; use the HTTP code if the body is something else (of a proxy)."""
    try:
        answer = json_decoding.decode(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        text = ' '.join(body[:200].decode('utf-8', 'replace').split())
        return ApiStatus(code, '', f'HTTP {code} {text}'.strip())
    return from_object(answer, code)


def from_object(body: dict[str, object], code: int = 0) -> ApiStatus:
    """Read a decoded Status object, as ERROR events of a watch contain."""
    body_code = body.get('code')
    message = body.get('message')
    return ApiStatus(
        code or (body_code if isinstance(body_code, int) else 0),
        get_str(body, 'reason'),
        message if isinstance(message, str) and message else f'HTTP {code or body_code}',
    )


def read_failure(answer: ApiStatus, server: str) -> ReadFailure:
    """Return the ReadFailure for a refused request: its reason follows from the HTTP code."""
    reason = _REASONS.get(answer.code)
    if reason == 'unauthorized':
        return ReadFailure(
            reason, f'{server} does not accept the credentials ({answer.message}): sign in again'
        )
    if reason:
        return ReadFailure(reason, answer.message)
    if answer.code in (408, 429) or answer.code >= 500:
        return ReadFailure('unreachable', f'{server} cannot answer now: {answer.message}')
    return ReadFailure('invalid', f'{server} refuses the request: {answer.message}')


def unreachable(server: str, error: BaseException) -> str:
    """Describe in one sentence why there is no answer, and what to check."""
    chain = [link for link in _chain(error) if type(link) is not exceptions.NewConnectionError]
    for kind, sentence in _SENTENCES:
        for link in chain:
            if isinstance(link, kind):
                return sentence(server, link)
    last = chain[-1] if chain else error
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
        reason = f'its certificate is not for {name!r}; is --tls-server-name '
        reason += 'needed?' if name == host else 'right?'
    elif error.verify_code in (18, 19, 20, 21):
        reason = (
            'its certificate is signed by an unknown authority; is certificate-authority right?'
        )
    elif error.verify_code == 10:
        reason = 'its certificate has expired; is the clock of this machine right?'
    else:
        reason = error.verify_message
    return f'cannot trust {server}: {reason}'


def _tls_failure(server: str, error: Any) -> str:
    reason = (error.reason or str(error)).lower().replace('_', ' ')
    if 'wrong version number' in reason or 'http request' in reason:
        reason = 'it does not speak TLS there; is http:// meant?'
    elif 'certificate required' in reason or 'bad certificate' in reason or 'unknown ca' in reason:
        reason = f'it does not accept the client certificate ({reason}); is --context right?'
    elif 'eof occurred' in reason:
        reason = 'it closed the connection at once; is --server right?'
    else:
        reason = f'TLS failed ({reason}); is --server right?'
    return f'cannot connect to {server}: {reason}'


def _unknown_host(server: str, _: Any) -> str:
    host = urlsplit(server).hostname
    return f'cannot connect to {server}: no host is named {host!r}; {_NETWORK_HINT}'


def _connection_refused(server: str, _: Any) -> str:
    return f'cannot connect to {server}: connection refused; {_HINT}'


def _no_answer(server: str, _: Any) -> str:
    return f'cannot connect to {server}: no answer in time; {_NETWORK_HINT}'


# The most specific first: urllib3 wraps one error in another.
_SENTENCES: tuple[tuple[tuple[type[BaseException], ...], Callable[[str, Any], str]], ...] = (
    ((ssl.SSLCertVerificationError,), _untrusted_certificate),
    ((exceptions.NameResolutionError, socket.gaierror), _unknown_host),
    ((ConnectionRefusedError,), _connection_refused),
    ((exceptions.TimeoutError, TimeoutError, socket.timeout), _no_answer),
    ((ssl.SSLError,), _tls_failure),
)
