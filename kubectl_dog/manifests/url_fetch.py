"""Fetch manifests by URL with verified TLS, the proxies of the environment, and limits."""

from __future__ import annotations

import base64
import time
import urllib.request
from http.client import HTTPException
from http.client import HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote
from urllib.parse import urljoin
from urllib.parse import urlsplit

from kubectl_dog import file_limits
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.secret_texts import mask_text
from kubectl_dog.model.secret_texts import mask_url

# Seconds for the whole request.
FETCH_TIMEOUT = 30.0
LARGEST = file_limits.DOWNLOAD
_REDIRECTS = 5
_REDIRECT_STATUSES = (301, 302, 303, 307, 308)
_CHUNK = 65536


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    # The default reads bodies of any size, and follows a redirect from https to http.
    def redirect_request(self, *_: Any) -> None:
        return None


def fetch(url: str, timeout: float = FETCH_TIMEOUT) -> bytes:
    """Return the body of a response with status 200. `timeout` is in seconds. Raises UserError.

    Like Go, send the user and password of the URL as basic authentication, but to no other host.
    """
    shown = mask_url(url)
    began = time.monotonic()
    try:
        with _open(url, timeout) as response:
            return _read_body(response, began, timeout)
    except UserError as error:
        raise UserError(f'cannot read {shown}: {mask_text(str(error))}') from error
    except (HTTPException, OSError, ValueError) as error:
        reason = mask_text(str(getattr(error, 'reason', error)))
        raise UserError(f'cannot read {shown}: {reason}') from error


def _open(url: str, timeout: float) -> HTTPResponse:
    """Follow redirects to a response with status 200; raises UserError, OSError, HTTPException."""
    # Only the environment: getproxies() would also ask the system on macOS and Windows.
    proxies = urllib.request.ProxyHandler(urllib.request.getproxies_environment())
    opener = urllib.request.build_opener(proxies, _NoRedirects)
    headers = {'User-Agent': 'kubectl-dog', 'Accept': '*/*'}
    for _ in range(_REDIRECTS + 1):
        try:
            address, login = _split_login(url)
            request = urllib.request.Request(address, headers={**headers, **login})
            response: HTTPResponse = opener.open(request, timeout=timeout)
        except HTTPError as error:
            location = error.headers.get('Location')
            error.close()
            if error.code not in _REDIRECT_STATUSES or not location:
                raise UserError(f'the server answers {error.code}') from None
            url = check_redirect(url, urljoin(url, location))
            continue
        if response.status != 200:
            response.close()
            raise UserError(f'the server answers {response.status}')
        return response
    raise UserError(f'too many redirects (more than {_REDIRECTS})')


def _split_login(url: str) -> tuple[str, dict[str, str]]:
    """Return a URL without its user and password, and the header that has them.

    http.client would take them for a part of the host, and quote them in its errors.
    """
    parts = urlsplit(url)
    login, separator, host = parts.netloc.rpartition('@')
    if not separator:
        return url, {}
    user, _, password = login.partition(':')
    pair = f'{unquote(user)}:{unquote(password)}'.encode()
    header = {'Authorization': f'Basic {base64.b64encode(pair).decode()}'}
    return parts._replace(netloc=host).geturl(), header


def check_redirect(url: str, location: str) -> str:
    """Return the absolute URL to which another redirects; raises UserError if it is not allowed."""
    if not location.startswith(('https://', 'http://')):
        raise UserError(f'it redirects to {location!r}: only https and http are supported')
    if url.startswith('https://') and not location.startswith('https://'):
        raise UserError(f'it redirects to {location!r}, which is not secured by TLS')
    return location


def _read_body(response: HTTPResponse, began: float, timeout: float) -> bytes:
    body = bytearray()
    while part := response.read1(_CHUNK):
        body += part
        if len(body) > LARGEST:
            raise UserError(file_limits.too_large(LARGEST).strerror)
        if time.monotonic() > began + timeout:
            raise UserError(f'it takes longer than {timeout:.0f} seconds')
    # Without a complete body, `read1` reports an end.
    length = response.headers.get('Content-Length', '')
    if length.isdigit() and len(body) < int(length):
        raise UserError('the connection ended in the middle of the response')
    return bytes(body)
