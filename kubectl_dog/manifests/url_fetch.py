"""Manifests by URL: https is verified, proxies are those of the environment, with limits."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from kubectl_dog.model.errors import UserError

# Seconds for the whole, bytes, and how often a server may send us elsewhere.
FETCH_TIMEOUT = 30.0
LARGEST = 10 << 20
_REDIRECTS = 5
_CHUNK = 65536


def fetch(url: str, patience: float = FETCH_TIMEOUT) -> bytes:
    """What a URL answers with; raises UserError that says what came instead."""
    began = time.monotonic()
    try:
        response = _pool(url).request(
            'GET',
            url,
            headers={'User-Agent': 'kubectl-dog', 'Accept': '*/*'},
            preload_content=False,
            retries=_retries(),
            timeout=urllib3.Timeout(connect=patience / 3, read=patience),
        )
        with response:
            _check(url, response)
            return _body(url, response, began, patience)
    except (HTTPError, OSError, ValueError) as error:
        raise UserError(f'cannot read {url}: {_said(error)}') from error


def _retries() -> urllib3.Retry:
    # What is still refused or moved in the end comes back as an answer, not as an error in
    # urllib3's words.
    return urllib3.Retry(
        _REDIRECTS, connect=0, read=0, other=0, status=0,
        raise_on_redirect=False, raise_on_status=False,
    )  # fmt: skip


def _pool(url: str) -> urllib3.PoolManager:
    from urllib.request import getproxies_environment
    from urllib.request import proxy_bypass

    parts = urlsplit(url)
    # Of the environment alone: on macOS and Windows the system's own would be asked as well.
    proxies = getproxies_environment()
    proxy = proxies.get(parts.scheme)
    if not proxy or proxy_bypass(parts.netloc):
        return urllib3.PoolManager()
    return urllib3.ProxyManager(proxy if '://' in proxy else f'http://{proxy}')


def _check(url: str, response: urllib3.BaseHTTPResponse) -> None:
    if response.get_redirect_location():
        raise UserError(f'cannot read {url}: too many redirects (more than {_REDIRECTS})')
    if response.status != 200:
        raise UserError(f'cannot read {url}: the server answers {response.status}')
    ended_at = response.geturl() or url
    if url.startswith('https://') and ended_at.startswith('http://'):
        raise UserError(f'cannot read {url}: it leads to {ended_at}, which is not secured')


def _body(url: str, response: urllib3.BaseHTTPResponse, began: float, patience: float) -> bytes:
    chunks, size = [], 0
    for chunk in response.stream(_CHUNK):
        size += len(chunk)
        if size > LARGEST:
            raise UserError(f'cannot read {url}: it has more than {LARGEST >> 20} MB')
        if time.monotonic() > began + patience:
            raise UserError(f'cannot read {url}: it takes longer than {patience:.0f} seconds')
        chunks.append(chunk)
    return b''.join(chunks)


def _said(error: BaseException) -> str:
    """The innermost reason, which names what is wrong; urllib3 wraps it several times."""
    inner: BaseException | None = getattr(error, 'reason', None)
    while isinstance(inner, BaseException):
        error, inner = inner, getattr(inner, 'reason', None)
    # What comes before is the connection as Python shows it.
    return str(error).rpartition('): ')[2].rstrip('.')
