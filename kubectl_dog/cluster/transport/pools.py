"""The urllib3 pool that leads to a server, through a proxy where there is one."""

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
from kubectl_dog.cluster.transport.tracked_sockets import options
from kubectl_dog.model.errors import AccessError

_SIZE = 8
# PySocks' name for it is in a module that has no types.
_SOCKS5 = 2


class PlainPool(urllib3.HTTPConnectionPool):
    """A pool for HTTP; `sockets` know what is open."""

    ConnectionCls: Any = PlainConnection


class SecurePool(urllib3.HTTPSConnectionPool):
    """A pool for HTTPS that warns of nothing."""

    ConnectionCls: Any = TlsConnection

    def _validate_conn(self, conn: Any) -> None:
        # urllib3 warns here of what the user has said: insecure-skip-tls-verify. The switch that it
        # has against that is the whole process's, and not ours.
        if conn.is_closed:
            conn.connect()


def pool(settings: Settings, sockets: TrackedSockets) -> urllib3.HTTPConnectionPool:
    """A pool for the settings' server; raises AccessError for certificates that are no good."""
    parts = urlsplit(settings.server)
    host = parts.hostname or ''
    common: dict[str, Any] = {
        'maxsize': _SIZE,
        'block': False,
        'socket_options': options(),
    }
    secure = parts.scheme == 'https'
    if secure:
        common['ssl_context'] = ssl_context.context(settings)
        if settings.tls_server_name:
            common['server_hostname'] = settings.tls_server_name
    through = proxy.choose_proxy(settings)
    is_socks = through.startswith('socks')
    if is_socks:
        common['_socks_options'] = socks(through)
    elif through:
        common.update(_http(through, common.get('ssl_context')))
    port = parts.port or (443 if secure else 80)
    make = classes(sockets, is_socks)[parts.scheme]
    made: urllib3.HTTPConnectionPool = make(host, port, **common)
    return made


def classes(sockets: TrackedSockets, is_socks: bool) -> dict[str, Any]:
    """What makes a pool, by scheme, whose open sockets are in `sockets`."""
    made: dict[str, Any] = {'http': PlainPool, 'https': SecurePool}
    if is_socks:
        made = {
            scheme: type('SocksPool', (kind,), {'ConnectionCls': _socks_class(scheme == 'https')})
            for scheme, kind in made.items()
        }
    return {scheme: partial(kind, sockets=sockets) for scheme, kind in made.items()}


def origin(made: urllib3.HTTPConnectionPool, settings: Settings) -> str:
    """What to put before a path: a proxy for plain HTTP has to be told the server."""
    parts = urlsplit(settings.server)
    if made.proxy is not None and parts.scheme == 'http':
        return settings.server.rstrip('/')
    return parts.path.rstrip('/')


def proxied(options: Mapping[str, Any], through: object) -> str:
    """The proxy of a pool with these options, without its password; empty where there is none."""
    socks = options.get('_socks_options')
    if socks:
        return f'socks5://{socks["proxy_host"]}:{socks["proxy_port"]}'
    return str(through or '')


def _http(address: str, context: object) -> dict[str, Any]:
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
        # As Go does it: a proxy with TLS is trusted as the server is.
        '_proxy_config': ProxyConfig(context, False, None, None),  # type: ignore[arg-type]
    }


def socks(address: str) -> dict[str, Any]:
    """The options of connections by a SOCKS proxy; raises AccessError without PySocks."""
    try:
        # Without it urllib3 would not only fail, but warn as well.
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
        # The proxy looks up names, as with Go.
        'rdns': True,
    }


def _socks_class(secure: bool) -> Any:
    from urllib3.contrib.socks import SOCKSConnection
    from urllib3.contrib.socks import SOCKSHTTPSConnection

    if secure:
        return type('SocksSecure', (TlsConnection, SOCKSHTTPSConnection), {})
    return type('SocksPlain', (PlainConnection, SOCKSConnection), {})
