"""Fetch manifests by URL with verified TLS, the proxies of the environment, and limits."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from kubectl_dog.model.errors import UserError

# Seconds for the whole request.
FETCH_TIMEOUT = 30.0
# Bytes.
LARGEST = 10 << 20
_REDIRECTS = 5
_CHUNK = 65536


def fetch(url: str, timeout: float = FETCH_TIMEOUT) -> bytes:
    """The body of a response with status 200. `timeout` is in seconds. Raises UserError."""
    began = time.monotonic()
    try:
        response = _pool(url).request(
            'GET',
            url,
            headers={'User-Agent': 'kubectl-dog', 'Accept': '*/*'},
            preload_content=False,
            retries=_retries(),
            timeout=urllib3.Timeout(connect=timeout / 3, read=timeout),
        )
        with response:
            _check_response(url, response)
            return _read_body(url, response, began, timeout)
    except (HTTPError, OSError, ValueError) as error:
        raise UserError(f'cannot read {url}: {_root_reason(error)}') from error


def _retries() -> urllib3.Retry:
    # Report redirects and error statuses here, and not with the messages of urllib3.
    return urllib3.Retry(
        _REDIRECTS, connect=0, read=0, other=0, status=0,
        raise_on_redirect=False, raise_on_status=False,
    )  # fmt: skip


def _pool(url: str) -> urllib3.PoolManager:
    from urllib.request import getproxies_environment
    from urllib.request import proxy_bypass

    parts = urlsplit(url)
    # Only the environment: getproxies() would also ask the system on macOS and Windows.
    proxies = getproxies_environment()
    proxy = proxies.get(parts.scheme)
    if not proxy or proxy_bypass(parts.netloc):
        return urllib3.PoolManager()
    return urllib3.ProxyManager(proxy if '://' in proxy else f'http://{proxy}')


def _check_response(url: str, response: urllib3.BaseHTTPResponse) -> None:
    if response.get_redirect_location():
        raise UserError(f'cannot read {url}: too many redirects (more than {_REDIRECTS})')
    if response.status != 200:
        raise UserError(f'cannot read {url}: the server answers {response.status}')
    final_url = response.geturl() or url
    if url.startswith('https://') and final_url.startswith('http://'):
        raise UserError(f'cannot read {url}: it leads to {final_url}, which is not secured')


def _read_body(url: str, response: urllib3.BaseHTTPResponse, began: float, timeout: float) -> bytes:
    chunks, size = [], 0
    for chunk in response.stream(_CHUNK):
        size += len(chunk)
        if size > LARGEST:
            raise UserError(f'cannot read {url}: it has more than {LARGEST >> 20} MB')
        if time.monotonic() > began + timeout:
            raise UserError(f'cannot read {url}: it takes longer than {timeout:.0f} seconds')
        chunks.append(chunk)
    return b''.join(chunks)


def _root_reason(error: BaseException) -> str:
    """The message of the innermost error; urllib3 wraps it several times."""
    inner: BaseException | None = getattr(error, 'reason', None)
    while isinstance(inner, BaseException):
        error, inner = inner, getattr(inner, 'reason', None)
    # The repr of the connection comes before the message.
    return str(error).rpartition('): ')[2].rstrip('.')
