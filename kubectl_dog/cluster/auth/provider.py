"""Credential providers, which renew credentials that expired or were rejected."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from kubectl_dog.cluster.auth.credentials import CredentialProvider
from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.credentials import bearer_credentials
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.errors import AccessError

# Many threads share a provider: after a failure it is not tried again for this many seconds.
_COOL_DOWN = 5.0


def provider(settings: Settings, seconds: float = 0.0) -> CredentialProvider:
    """Return the provider for the settings; raises AccessError.

    `seconds` limit a credential plugin and requests to an identity provider (0: default limits).
    """
    if settings.plugin is not None:
        from kubectl_dog.cluster.auth.exec_plugin import ExecPlugin

        plugin = ExecPlugin(settings, settings.plugin, seconds)
        return RenewingProvider(plugin.issue, close=plugin.close)
    if settings.provider is not None:
        from kubectl_dog.cluster.auth.oidc import Oidc

        oidc = Oidc(settings.provider, settings.user, seconds)
        return RenewingProvider(oidc.issue, on_refusal=False, close=oidc.close)
    if settings.token_file:
        from kubectl_dog.cluster.auth.token_file import TokenFile

        return TokenFile(settings.token_file)
    if settings.token:
        return StaticProvider(bearer_credentials(settings.token, 'the token'))
    if settings.username or settings.password:
        from base64 import b64encode

        pair = f'{settings.username}:{settings.password}'.encode('utf-8', 'surrogateescape')
        return StaticProvider(Credentials('Basic ' + b64encode(pair).decode()))
    return StaticProvider(Credentials())


class StaticProvider:
    """A provider of credentials that never change."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def current(self) -> Credentials:
        """Return the credentials."""
        return self._credentials

    def renew(self, used: Credentials) -> bool:
        """Return False: there are no others."""
        return False

    def close(self) -> None:
        """Do nothing."""


class RenewingProvider:
    """A provider of credentials from `issue`, which returns their expiry (epoch seconds or 0.0).

    One thread at a time requests new credentials; threads that wait for it share the result.
    """

    def __init__(
        self,
        issue: Callable[[], tuple[Credentials, float]],
        on_refusal: bool = True,
        now: Callable[[], float] = time.time,
        close: Callable[[], object] = bool,
    ) -> None:
        self._close = close
        self._issue = issue
        self._on_refusal = on_refusal
        self._now = now
        self._lock = threading.Lock()
        self._credentials: Credentials | None = None
        self._expires = 0.0
        self._failure: AccessError | None = None
        self._failed_at = 0.0

    def current(self) -> Credentials:
        """Return the credentials to send now; raises AccessError."""
        with self._lock:
            if self._credentials is None or (self._expires and self._now() > self._expires):
                return self._issue_new()
            return self._credentials

    def renew(self, used: Credentials) -> bool:
        """Obtain new credentials after those were rejected with 401; report whether there are any.

        Raises AccessError.
        """
        if not self._on_refusal:
            return False
        with self._lock:
            # Another thread may have renewed the same credentials.
            if self._credentials is used:
                self._issue_new()
            return self._credentials != used

    def close(self) -> None:
        """End a program or a request that obtains credentials now; callable from any thread."""
        self._close()

    def _issue_new(self) -> Credentials:
        if self._failure is not None and abs(self._now() - self._failed_at) < _COOL_DOWN:
            raise AccessError(str(self._failure))
        try:
            self._credentials, self._expires = self._issue()
        except AccessError as error:
            self._failure, self._failed_at = error, self._now()
            raise
        self._failure = None
        if self._expires <= self._now():
            # The local clock must be wrong. A refusal by the server shows when they are expired.
            self._expires = 0.0
        return self._credentials
