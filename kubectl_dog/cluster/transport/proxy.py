"""Which proxy leads to a server: by the settings, else by the environment, as Go reads it."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from typing import Union
from urllib.parse import urlsplit

from kubectl_dog.cluster.client_config import cluster_entry
from kubectl_dog.cluster.client_config.settings import Settings

_Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]


def choose_proxy(settings: Settings, env: Mapping[str, str] = os.environ) -> str:
    """The proxy's URL, empty for the straight way; raises AccessError."""
    if settings.proxy_url:
        return settings.proxy_url
    # A server with https is never reached by HTTP_PROXY.
    parts = urlsplit(settings.server)
    name = f'{parts.scheme}_proxy'
    found = env.get(name.upper()) or env.get(name) or ''
    if not found or not parts.hostname:
        return ''
    port = parts.port or (443 if parts.scheme == 'https' else 80)
    without = env.get('NO_PROXY') or env.get('no_proxy') or ''
    if _local(parts.hostname) or bypassed(parts.hostname, port, without):
        return ''
    address = found if '://' in found else f'http://{found}'
    return cluster_entry.proxy(address, name.upper())


def bypassed(host: str, port: int, rules: str) -> bool:
    """Whether NO_PROXY names this host: domains (with what is below), addresses, networks, `*`."""
    address = _address(host)
    host = host.lower().rstrip('.')
    return any(_matches(rule.strip().lower(), host, address, port) for rule in rules.split(','))


def _matches(rule: str, host: str, address: _Address | None, port: int) -> bool:
    if not rule or rule == '*':
        return rule == '*'
    try:
        network = ipaddress.ip_network(rule, strict=False)
    except ValueError:
        pass
    else:
        return address is not None and address in network
    name, at = _split(rule)
    if not name or (at and at != str(port)):
        return False
    other = _address(name)
    if other is not None:
        return address == other
    if name.startswith('*.'):
        name = name[1:]
    if name.startswith('.'):
        return host.endswith(name)
    return host == name or host.endswith(f'.{name}')


def _split(rule: str) -> tuple[str, str]:
    if rule.startswith('['):
        name, _, rest = rule[1:].partition(']')
        return name, rest.lstrip(':')
    if rule.count(':') == 1:
        name, _, at = rule.partition(':')
        return name, at
    return rule, ''


def _local(host: str) -> bool:
    address = _address(host)
    return host == 'localhost' if address is None else address.is_loopback


def _address(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
