"""Choose the proxy for a server from the settings or the environment, as Go does."""

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
    """Return the URL of the proxy, empty for a direct connection; raises AccessError."""
    if settings.proxy_url:
        return settings.proxy_url
    # HTTP_PROXY is not used for https servers.
    parts = urlsplit(settings.server)
    name = f'{parts.scheme}_proxy'
    value = env.get(name.upper()) or env.get(name) or ''
    if not value or not parts.hostname:
        return ''
    port = parts.port or (443 if parts.scheme == 'https' else 80)
    exceptions = env.get('NO_PROXY') or env.get('no_proxy') or ''
    if _is_local(parts.hostname) or bypassed(parts.hostname, port, exceptions):
        return ''
    address = value if '://' in value else f'http://{value}'
    return cluster_entry.check_proxy_url(address, name.upper())


def bypassed(host: str, port: int, rules: str) -> bool:
    """Report whether NO_PROXY matches a host: domains and subdomains, addresses, networks, `*`."""
    address = _parse_address(host)
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
    name, rule_port = _split_port(rule)
    if not name or (rule_port and rule_port != str(port)):
        return False
    rule_address = _parse_address(name)
    if rule_address is not None:
        return address == rule_address
    if name.startswith('*.'):
        name = name[1:]
    if name.startswith('.'):
        return host.endswith(name)
    return host == name or host.endswith(f'.{name}')


def _split_port(rule: str) -> tuple[str, str]:
    if rule.startswith('['):
        name, _, rest = rule[1:].partition(']')
        return name, rest.lstrip(':')
    if rule.count(':') == 1:
        name, _, port = rule.partition(':')
        return name, port
    return rule, ''


def _is_local(host: str) -> bool:
    address = _parse_address(host)
    return host == 'localhost' if address is None else address.is_loopback


def _parse_address(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
