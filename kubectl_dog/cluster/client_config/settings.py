"""Settings of a connection: one server and one user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_dog.model.named_tuple import NamedTuple


class Plugin(NamedTuple):
    """A credential plugin (`exec`); `config` is the extension of the cluster entry for it."""

    command: str
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    api_version: str = 'client.authentication.k8s.io/v1'
    interactive_mode: str = 'IfAvailable'
    install_hint: str = ''
    wants_cluster: bool = False
    config: Any = None


class Settings(NamedTuple):
    """The server and user of a connection; files are absolute paths, `*_data` is PEM.

    `impersonate` are headers. `provider` is the configuration of an OIDC `auth-provider`.
    """

    server: str
    namespace: str = 'default'
    context: str = ''
    user: str = ''
    ca_data: bytes = b''
    ca_file: str = ''
    insecure: bool = False
    tls_server_name: str = ''
    proxy_url: str = ''
    disable_compression: bool = False
    cert_data: bytes = b''
    cert_file: str = ''
    key_data: bytes = b''
    key_file: str = ''
    token: str = ''
    token_file: str = ''
    username: str = ''
    password: str = ''
    plugin: Plugin | None = None
    provider: Mapping[str, str] | None = None
    impersonate: tuple[tuple[str, str], ...] = ()

    @property
    def server_name(self) -> str:
        """The address of the server without a password, for messages and as the key of caches."""
        if '@' not in self.server and '=' not in self.server:
            return self.server
        from kubectl_dog.model.secret_texts import mask_url

        return mask_url(self.server)

    def __repr__(self) -> str:
        # Tracebacks and crash reports show values, which must not include keys and tokens.
        server, context, user = self.server_name, self.context, self.user
        return f'Settings(server={server!r}, context={context!r}, user={user!r})'
