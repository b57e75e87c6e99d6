"""The credentials that a request carries, and the interface of their providers."""

from __future__ import annotations

import re
from typing import NamedTuple
from typing import Protocol

from kubectl_dog.model.errors import AccessError


class Credentials(NamedTuple):
    """The Authorization header and the client certificate (PEM) that someone has issued."""

    authorization: str = ''
    certificate: bytes = b''
    key: bytes = b''

    def __repr__(self) -> str:
        return 'Credentials(…)'


class CredentialProvider(Protocol):
    """Where credentials come from; every method may be called from any thread."""

    def current(self) -> Credentials:
        """What to send now; raises AccessError."""
        ...

    def renew(self, used: Credentials) -> bool:
        """The server refused these (401): whether `current` has others now. Raises AccessError."""
        ...


def bearer_credentials(token: str, what: str) -> Credentials:
    """Credentials of a token alone; raises AccessError where no header can hold it."""
    return Credentials(f'Bearer {check_header_value(token, what)}')


def check_header_value(value: str, what: str) -> str:
    """The same value; raises AccessError where no header can hold it."""
    if re.search('[^\t\x20-\x7e\x80-\xff]', value):
        raise AccessError(f'{what} has characters that no header can hold, such as a line break')
    return value
