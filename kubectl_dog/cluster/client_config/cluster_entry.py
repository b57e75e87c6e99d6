"""The server's half of the settings: address, trust, and the way there."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from kubectl_dog.cluster.client_config.kubeconfig import Entry
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError

_PROXIES = ('http', 'https', 'socks5')


def cluster_settings(entry: Entry, flags: ConnectionFlags) -> Settings:
    """Settings for a cluster entry and these flags, without an identity; raises AccessError."""
    server = flags.server or entry.text('server')
    if not server:
        raise AccessError(
            f'cluster {entry.name!r} in the kubeconfig {entry.file} has no server: give --server'
        )
    made = trust(_of(entry, flags), flags)
    if made.insecure and (made.ca_data or made.ca_file):
        raise AccessError(
            f'cluster {entry.name!r} has both a certificate authority and '
            'insecure-skip-tls-verify: keep one of them'
        )
    if made.ca_data and made.ca_file:
        raise entry.wrong(
            f'cluster {entry.name!r} has both certificate-authority and certificate-authority-data'
        )
    return made._replace(server=url(server))


def trust(made: Settings, flags: ConnectionFlags) -> Settings:
    """Let the flags decide whom to trust, in as far as they were given."""
    if flags.insecure_skip_tls_verify or flags.certificate_authority:
        made = made._replace(
            ca_data=b'',
            ca_file=absolute(flags.certificate_authority),
            insecure=bool(flags.insecure_skip_tls_verify),
        )
    if flags.tls_server_name or flags.server:
        made = made._replace(tls_server_name=flags.tls_server_name or '')
    return made


def proxy(address: str, what: str) -> str:
    """Check the address of a proxy; raises AccessError."""
    try:
        parts = urlsplit(address)
        valid = parts.scheme in _PROXIES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        # Not the address itself: it may hold a password.
        raise AccessError(f'{what} is no address of a proxy: write it like http://host:3128')
    return address


def url(server: str) -> str:
    """The address of a server in full; raises AccessError."""
    if '://' not in server:
        server = f'http://{server}'
    try:
        parts = urlsplit(server)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(''), None
    if parts.scheme not in ('http', 'https') or not parts.hostname or port == 0:
        raise AccessError(f'{server!r} is no address of a server: write it like https://host:6443')
    return server.rstrip('/')


def absolute(path: str | None) -> str:
    """A path from the command line, for the working directory may change."""
    return os.path.abspath(path) if path else ''


def _of(entry: Entry, flags: ConnectionFlags) -> Settings:
    proxied = flags.proxy_url or entry.text('proxy-url')
    if proxied:
        proxy(proxied, '--proxy-url' if flags.proxy_url else f'«proxy-url» of {entry.name!r}')
    return Settings(
        server='',
        ca_data=entry.data('certificate-authority-data'),
        ca_file=entry.path('certificate-authority'),
        insecure=entry.flag('insecure-skip-tls-verify'),
        tls_server_name=entry.text('tls-server-name'),
        proxy_url=proxied,
        disable_compression=bool(flags.disable_compression or entry.flag('disable-compression')),
    )
