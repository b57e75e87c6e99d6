"""The credentials of a request, and the interface of their providers."""

from __future__ import annotations

import re
from typing import Protocol

from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.named_tuple import NamedTuple


class Credentials(NamedTuple):
    """An Authorization header and a client certificate with its key (PEM)."""

    authorization: str = ''
    certificate: bytes = b''
    key: bytes = b''

    def __repr__(self) -> str:
        return 'Credentials(…)'


class CredentialProvider(Protocol):
    """A provider of credentials; thread-safe."""

    def current(self) -> Credentials:
        """Return the credentials to send now; raises AccessError."""
        ...

    def renew(self, used: Credentials) -> bool:
        """Obtain new credentials after those were rejected with 401; report whether there are any.

        Raises AccessError.
        """
        ...

    def close(self) -> None:
        """End a program or a request that obtains credentials now; callable from any thread."""
        ...


def bearer_credentials(token: str, label: str) -> Credentials:
    """Return credentials with a token; raises AccessError if it is not allowed in a header."""
    return Credentials(f'Bearer {check_header_value(token, label)}')


def check_header_value(value: str, label: str) -> str:
    """Return the value; raises AccessError if it is not allowed in a header."""
    if re.search('[^\t\x20-\x7e\x80-\xff]', value):
        raise AccessError(
            f'{label} has characters that are not allowed in a header, such as a line break'
        )
    return value
