"""Server settings from a cluster entry and flags: address, TLS trust and proxy."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from kubectl_dog.cluster.client_config.kubeconfig import Entry
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.errors import AccessError

_PROXIES = ('http', 'https', 'socks5')
_NAME_CHARACTERS = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-')
# An IPv6 address, and the `%` before its zone.
_ADDRESS_CHARACTERS = _NAME_CHARACTERS | {':', '%'}
_LONGEST_HOST, _LONGEST_LABEL = 253, 63


def cluster_settings(entry: Entry, flags: ConnectionFlags) -> Settings:
    """Return settings for a cluster entry and flags, without a user; raises AccessError."""
    server = flags.server or entry.text('server')
    if not server:
        raise AccessError(
            f'cluster "{entry.name}" in the kubeconfig {entry.file} has no server: use --server'
        )
    settings = apply_trust_flags(_entry_settings(entry, flags), flags)
    if settings.insecure and (settings.ca_data or settings.ca_file):
        raise AccessError(
            f'cluster "{entry.name}" has both a certificate authority and '
            'insecure-skip-tls-verify: remove one of them'
        )
    if settings.ca_data and settings.ca_file:
        raise entry.error(
            'has both certificate-authority and certificate-authority-data: remove one of them'
        )
    try:
        return settings._replace(server=normalize_server_url(server))
    except AccessError as error:
        if flags.server:
            raise
        raise AccessError(f'{error} ({_place("server", entry)})') from None


def apply_trust_flags(settings: Settings, flags: ConnectionFlags) -> Settings:
    """Replace the TLS trust of the settings by that of the flags, where they are given."""
    if flags.insecure_skip_tls_verify or flags.certificate_authority:
        settings = settings._replace(
            ca_data=b'',
            ca_file=absolute_path(flags.certificate_authority),
            insecure=bool(flags.insecure_skip_tls_verify),
        )
    if flags.tls_server_name or flags.server:
        settings = settings._replace(tls_server_name=flags.tls_server_name or '')
    if flags.tls_server_name:
        try:
            _check_host(flags.tls_server_name)
        except ValueError as error:
            raise AccessError(f'invalid --tls-server-name: {error}') from None
    return settings


def check_proxy_url(address: str, source: str) -> str:
    """Return the address of a proxy; raises AccessError if it is invalid."""
    try:
        parts = urlsplit(address)
        _check_host(parts.hostname or '')
        valid = parts.scheme in _PROXIES and parts.port != 0 and address.isprintable()
    except ValueError:
        valid = False
    if not valid:
        # Not the address itself: it may hold a password.
        raise AccessError(f'invalid {source}: use an address such as http://host:3128')
    return address


def normalize_server_url(server: str) -> str:
    """Return the address of a server with its scheme; raises AccessError if it is invalid."""
    if '://' not in server:
        server = f'http://{server}'
    try:
        parts = urlsplit(server)
        _check_host(parts.hostname or '')
        # They are part of each request.
        if not f'{parts.path}{parts.query}'.isascii() or not server.isprintable() or ' ' in server:
            raise ValueError
        port = parts.port
    except ValueError:
        parts, port = urlsplit(''), None
    if parts.scheme not in ('http', 'https') or not parts.hostname or port == 0:
        # An address with a password is not shown.
        shown = '' if '@' in server else f' "{server}"'
        raise AccessError(f'invalid server{shown}: use an address such as https://host:6443')
    return server.rstrip('/')


def _check_host(host: str) -> None:
    """Raise ValueError if this can be neither the name nor the address of a host."""
    name = host if host.isascii() else _ascii_name(host)
    if ':' in name:
        is_valid = _ADDRESS_CHARACTERS.issuperset(name)
    else:
        # A name may end with a dot.
        labels = name[: -1 if name.endswith('.') else None].split('.')
        is_valid = _NAME_CHARACTERS.issuperset(name) and all(
            0 < len(label) <= _LONGEST_LABEL for label in labels
        )
    if not is_valid or len(name) > _LONGEST_HOST:
        raise ValueError(f'{host[:_LONGEST_LABEL]!r} is not the name of a host')


def _ascii_name(host: str) -> str:
    import unicodedata

    # Digits of other scripts, for example, would silently become another name.
    if unicodedata.normalize('NFKC', host) != host:
        return ''
    try:
        return host.encode('idna').decode()
    except UnicodeError:
        return ''


def _place(field: str, entry: Entry) -> str:
    return f'{field} of cluster "{entry.name}" in the kubeconfig {entry.file}'


def absolute_path(path: str | None) -> str:
    """Make a path from the command line absolute: the working directory may change."""
    return os.path.abspath(path) if path else ''


def _entry_settings(entry: Entry, flags: ConnectionFlags) -> Settings:
    proxy_url = flags.proxy_url or entry.text('proxy-url')
    if proxy_url:
        source = '--proxy-url' if flags.proxy_url else _place('proxy-url', entry)
        check_proxy_url(proxy_url, source)
    server_name = entry.text('tls-server-name')
    if server_name:
        try:
            _check_host(server_name)
        except ValueError as error:
            raise entry.error(f'tls-server-name: {error}') from None
    return Settings(
        server='',
        ca_data=entry.encoded('certificate-authority-data'),
        ca_file=entry.path('certificate-authority'),
        insecure=entry.flag('insecure-skip-tls-verify'),
        tls_server_name=server_name,
        proxy_url=proxy_url,
        disable_compression=bool(flags.disable_compression or entry.flag('disable-compression')),
    )
