"""urllib3 connection pools for a server, with or without a proxy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote
from urllib.parse import urlsplit

import urllib3

from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.transport import proxy
from kubectl_dog.cluster.transport import ssl_context
from kubectl_dog.cluster.transport.tracked_sockets import PlainConnection
from kubectl_dog.cluster.transport.tracked_sockets import TlsConnection
from kubectl_dog.cluster.transport.tracked_sockets import TrackedSockets
from kubectl_dog.cluster.transport.tracked_sockets import socket_options
from kubectl_dog.model.errors import AccessError

_SIZE = 8
# The constant of PySocks is in a module that has no types.
_SOCKS5 = 2


class PlainPool(urllib3.HTTPConnectionPool):
    """A pool for HTTP; its connections register in `sockets`."""

    ConnectionCls: Any = PlainConnection


class SecurePool(urllib3.HTTPSConnectionPool):
    """A pool for HTTPS without warnings about insecure connections."""

    ConnectionCls: Any = TlsConnection

    def _validate_conn(self, conn: Any) -> None:
        # urllib3 warns here about insecure-skip-tls-verify, which the user asked for. Its switch
        # against that would affect the whole process.
        if conn.is_closed:
            conn.connect()


def create_pool(settings: Settings, sockets: TrackedSockets) -> urllib3.HTTPConnectionPool:
    """Create a pool for the server; raises AccessError for invalid certificates."""
    parts = urlsplit(settings.server)
    host = parts.hostname or ''
    common: dict[str, Any] = {
        'maxsize': _SIZE,
        'block': False,
        'socket_options': socket_options(),
    }
    secure = parts.scheme == 'https'
    if secure:
        common['ssl_context'] = ssl_context.create_context(settings)
        if settings.tls_server_name:
            common['server_hostname'] = settings.tls_server_name
    proxy_url = proxy.choose_proxy(settings)
    is_socks = proxy_url.startswith('socks')
    if is_socks:
        common['_socks_options'] = socks_options(proxy_url)
    elif proxy_url:
        common.update(_http_proxy_options(proxy_url, common.get('ssl_context')))
    port = parts.port or (443 if secure else 80)
    pool_class = create_pool_classes(sockets, is_socks)[parts.scheme]
    pool: urllib3.HTTPConnectionPool = pool_class(host, port, **common)
    return pool


def create_pool_classes(sockets: TrackedSockets, is_socks: bool) -> dict[str, Any]:
    """Return pool classes by scheme whose open sockets are in `sockets`."""
    pool_classes: dict[str, Any] = {'http': PlainPool, 'https': SecurePool}
    if is_socks:
        pool_classes = {
            scheme: type('SocksPool', (kind,), {'ConnectionCls': _socks_class(scheme == 'https')})
            for scheme, kind in pool_classes.items()
        }
    return {scheme: partial(kind, sockets=sockets) for scheme, kind in pool_classes.items()}


def url_prefix(pool: urllib3.HTTPConnectionPool, settings: Settings) -> str:
    """Return the prefix of request paths: a proxy for plain HTTP needs the server, too."""
    parts = urlsplit(settings.server)
    if pool.proxy is not None and parts.scheme == 'http':
        return settings.server.rstrip('/')
    return parts.path.rstrip('/')


def describe_proxy(pool_options: Mapping[str, Any], proxy_url: object) -> str:
    """Return the proxy of a pool with these options, without its password; empty if none."""
    socks = pool_options.get('_socks_options')
    if socks:
        return f'socks5://{socks["proxy_host"]}:{socks["proxy_port"]}'
    return str(proxy_url or '')


def _http_proxy_options(address: str, context: object) -> dict[str, Any]:
    from urllib3.connection import ProxyConfig
    from urllib3.util import parse_url

    parts = urlsplit(address)
    url = parse_url(address)
    port = parts.port or (443 if parts.scheme == 'https' else 80)
    headers = {}
    if parts.username is not None:
        pair = f'{unquote(parts.username)}:{unquote(parts.password or "")}'
        headers = urllib3.make_headers(proxy_basic_auth=pair)
    return {
        '_proxy': url._replace(auth=None, port=port),
        '_proxy_headers': headers,
        # Like Go, apply the trust settings of the server to a proxy with TLS.
        '_proxy_config': ProxyConfig(context, False, None, None),  # type: ignore[arg-type]
    }


def socks_options(address: str) -> dict[str, Any]:
    """Return the options for a SOCKS proxy; raises AccessError without PySocks."""
    try:
        # Without it urllib3 would print a warning in addition to the failure.
        import socks as _  # noqa: F401
    except ImportError:
        raise AccessError(
            'the way to the server is a SOCKS proxy, which needs PySocks: '
            "pip install 'kubectl-dog[socks]'"
        ) from None
    parts = urlsplit(address)
    return {
        'socks_version': _SOCKS5,
        'proxy_host': parts.hostname,
        'proxy_port': parts.port or 1080,
        'username': unquote(parts.username) if parts.username else None,
        'password': unquote(parts.password) if parts.password else None,
        # Like Go, let the proxy resolve names.
        'rdns': True,
    }


def _socks_class(secure: bool) -> Any:
    from urllib3.contrib.socks import SOCKSConnection
    from urllib3.contrib.socks import SOCKSHTTPSConnection

    if secure:
        return type('SocksSecure', (TlsConnection, SOCKSHTTPSConnection), {})
    return type('SocksPlain', (PlainConnection, SOCKSConnection), {})
