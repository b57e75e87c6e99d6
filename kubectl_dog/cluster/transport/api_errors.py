"""What went wrong, as a Trouble and in words."""

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
_ASKED = re.compile("valid for '([^']*)'")


class ApiStatus(NamedTuple):
    """What a server says when it refuses: HTTP code, its reason in one word, its sentence."""

    code: int
    reason: str
    message: str


def parse_status(code: int, body: bytes) -> ApiStatus:
    """Read a Status object; proxies answer with HTML or nothing, then the code must do."""
    try:
        answer = json_decoding.decode(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        said = ' '.join(body[:200].decode('utf-8', 'replace').split())
        return ApiStatus(code, '', f'HTTP {code} {said}'.strip())
    return from_object(answer, code)


def from_object(answer: dict[str, object], code: int = 0) -> ApiStatus:
    """Read a Status that is decoded already, as ERROR events on a watch carry one."""
    said = answer.get('code')
    message = answer.get('message')
    return ApiStatus(
        code or (said if isinstance(said, int) else 0),
        get_str(answer, 'reason'),
        message if isinstance(message, str) and message else f'HTTP {code or said}',
    )


def read_failure(answer: ApiStatus, server: str) -> ReadFailure:
    """The Trouble for a refusal: 401, 403, requests that can never work, and servers in need."""
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
    """Why there is no answer from the server, as one sentence with what to check."""
    chain = [link for link in _chain(error) if type(link) is not exceptions.NewConnectionError]
    for kind, sentence in _SENTENCES:
        for link in chain:
            if isinstance(link, kind):
                return sentence(server, link)
    last = chain[-1] if chain else error
    said = (last.strerror if isinstance(last, OSError) else '') or str(last)
    return f'cannot connect to {server}: {said[:1].lower() + said[1:]}; {_HINT}'


def _chain(error: BaseException) -> list[BaseException]:
    links: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in links:
        links.append(following)
        inner = [part for part in following.args if isinstance(part, BaseException)]
        following = following.__cause__ or following.__context__ or (inner[-1] if inner else None)
    return links


def _distrust(server: str, error: Any) -> str:
    if error.verify_code in (62, 64):
        host = urlsplit(server).hostname or ''
        # OpenSSL names what it has looked for: the host, or the tls-server-name.
        asked = _ASKED.search(error.verify_message or '')
        name = asked[1] if asked else host
        said = f'its certificate is not for {name!r}; is --tls-server-name '
        said += 'needed?' if name == host else 'right?'
    elif error.verify_code in (18, 19, 20, 21):
        said = 'its certificate is signed by an unknown authority; is certificate-authority right?'
    elif error.verify_code == 10:
        said = 'its certificate has expired; is the clock of this machine right?'
    else:
        said = error.verify_message
    return f'cannot trust {server}: {said}'


def _handshake(server: str, error: Any) -> str:
    said = (error.reason or str(error)).lower().replace('_', ' ')
    if 'wrong version number' in said or 'http request' in said:
        said = 'it does not speak TLS there; is http:// meant?'
    elif 'certificate required' in said or 'bad certificate' in said or 'unknown ca' in said:
        said = f'it does not accept the client certificate ({said}); is --context right?'
    elif 'eof occurred' in said:
        said = 'it closed the connection at once; is --server right?'
    else:
        said = f'TLS failed ({said}); is --server right?'
    return f'cannot connect to {server}: {said}'


def _nameless(server: str, _: Any) -> str:
    host = urlsplit(server).hostname
    return f'cannot connect to {server}: no host is named {host!r}; {_NETWORK_HINT}'


def _refused(server: str, _: Any) -> str:
    return f'cannot connect to {server}: connection refused; {_HINT}'


def _late(server: str, _: Any) -> str:
    return f'cannot connect to {server}: no answer in time; {_NETWORK_HINT}'


# The most telling first: urllib3 wraps one error in another.
_SENTENCES: tuple[tuple[tuple[type[BaseException], ...], Callable[[str, Any], str]], ...] = (
    ((ssl.SSLCertVerificationError,), _distrust),
    ((exceptions.NameResolutionError, socket.gaierror), _nameless),
    ((ConnectionRefusedError,), _refused),
    ((exceptions.TimeoutError, TimeoutError, socket.timeout), _late),
    ((ssl.SSLError,), _handshake),
)
