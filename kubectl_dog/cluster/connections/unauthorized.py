"""Requests that were never made, for want of credentials: they read like a 401."""

from __future__ import annotations

import json
from collections.abc import Mapping

from kubectl_dog.model.errors import AccessError


def unauthorized_body(error: AccessError) -> bytes:
    """The Status object to answer with; readers know what to do about a 401."""
    return json.dumps({'kind': 'Status', 'code': 401, 'message': str(error)}).encode()


class UnauthorizedStream:
    """Implements `protocol.Stream` where there was no request at all."""

    status = 401
    headers: Mapping[str, str] = {}

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self) -> bytes:
        """The body, then the end."""
        body, self._body = self._body, b''
        return body

    def set_read_timeout(self, seconds: float | None) -> None:
        """Nothing is ever waited for."""

    def stop(self) -> None:
        """Nothing is ever waited for."""

    def close(self) -> None:
        """There is nothing open."""
