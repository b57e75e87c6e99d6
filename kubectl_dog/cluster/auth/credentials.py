"""The credentials that a request carries, and the interface of their providers."""

from __future__ import annotations

import re
from typing import NamedTuple
from typing import Protocol

from kubectl_dog.model.errors import AccessError


class Credentials(NamedTuple):
    """An Authorization header and a client certificate (PEM) that were issued."""

    authorization: str = ''
    certificate: bytes = b''
    key: bytes = b''

    def __repr__(self) -> str:
        return 'Credentials(…)'


class CredentialProvider(Protocol):
    """A source of credentials; every method may be called from any thread."""

    def current(self) -> Credentials:
        """Return the credentials to send now; raises AccessError."""
        ...

    def renew(self, used: Credentials) -> bool:
        """Report whether others replace the ones refused (401); raises AccessError."""
        ...


def bearer_credentials(token: str, label: str) -> Credentials:
    """Return credentials with a bearer token; raises AccessError if a header cannot hold it."""
    return Credentials(f'Bearer {check_header_value(token, label)}')


def check_header_value(value: str, label: str) -> str:
    """Return the value; raises AccessError if a header cannot hold it."""
    if re.search('[^\t\x20-\x7e\x80-\xff]', value):
        raise AccessError(f'{label} has characters that no header can hold, such as a line break')
    return value
