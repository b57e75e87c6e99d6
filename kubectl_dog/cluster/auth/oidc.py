"""The `oidc` auth-provider: an ID token that is refreshed when it expires."""

from __future__ import annotations

import contextlib
import logging
import time
from base64 import b64decode
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import quote_plus
from urllib.parse import urlencode
from urllib.parse import urlsplit

from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.credentials import bearer_credentials
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.cluster.transport.http_pool import Body
from kubectl_dog.cluster.transport.http_pool import Headers
from kubectl_dog.cluster.transport.http_pool import HttpPool
from kubectl_dog.cluster.transport.raw_stream import read_body
from kubectl_dog.cluster.transport.route import Route
from kubectl_dog.cluster.transport.route import TrackedSockets
from kubectl_dog.cluster.transport.route import basic_auth
from kubectl_dog.model import json_decoding
from kubectl_dog.model import limits
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.secret_texts import mask_text

_EXPIRY_MARGIN = 10.0
_FORM = 'application/x-www-form-urlencoded'
_DISCOVERY = '/.well-known/openid-configuration'


class Oidc:
    """The tokens of one user. New tokens stay in memory: the kubeconfig is never written."""

    def __init__(self, config: Mapping[str, str], user: str, seconds: float = 0.0) -> None:
        """Limit each request to some seconds; 0: the default limit."""
        self._config = dict(config)
        self._user = user
        self._seconds = min(seconds or limits.PROVIDER_SECONDS, limits.PROVIDER_SECONDS)
        self._sockets = TrackedSockets()
        for key in ('idp-issuer-url', 'client-id'):
            if not config.get(key):
                raise self._error(f'has no {key} in its auth-provider')

    def close(self) -> None:
        """End a request that runs; callable from any thread."""
        self._sockets.shut()

    def issue(self) -> tuple[Credentials, float]:
        """Return credentials and their expiry (epoch seconds); raises AccessError."""
        token = self._config.get('id-token', '')
        expires = self._expiry(token) if token else 0.0
        if expires <= time.time():
            token = self._refresh()
            # A token that was just issued is sent even if it is expired by the local clock.
            expires = max(self._expiry(token), time.time() + 1)
        return bearer_credentials(token, f'the id-token of user "{self._user}"'), expires

    def _expiry(self, token: str) -> float:
        parts = token.split('.')
        try:
            payload = parts[1] + '=' * (-len(parts[1]) % 4)
            claims = json_decoding.decode(urlsafe_b64decode(payload))
            return float(claims.get('exp') or 0) - _EXPIRY_MARGIN
        except (ValueError, IndexError, AttributeError, TypeError, OverflowError):
            raise self._error('has an id-token that is not a JWT') from None

    def _refresh(self) -> str:
        refresh = self._config.get('refresh-token')
        if not refresh:
            raise self._error('has an expired id-token and no refresh-token')
        answer = self._request_token(self._endpoint(), refresh)
        token = answer.get('id_token')
        if not isinstance(token, str) or not token:
            raise self._error('got no id_token from its identity provider')
        self._config['id-token'] = token
        renewed = answer.get('refresh_token')
        if isinstance(renewed, str) and renewed not in ('', refresh):
            self._config['refresh-token'] = renewed
            # The program has no handler, so that logging prints the message on stderr. The library
            # has a handler that discards it.
            logging.getLogger('kubectl_dog.cluster').warning(
                'kubectl dog: the identity provider of user "%s" has replaced its refresh token; '
                'it is not written to the kubeconfig, so kubectl may ask you to sign in again',
                self._user,
            )
        return token

    def _endpoint(self) -> str:
        url = self._config['idp-issuer-url'].rstrip('/') + _DISCOVERY
        status, answer = self._request(url)
        endpoint = answer.get('token_endpoint')
        if status != 200 or not isinstance(endpoint, str) or not endpoint:
            raise self._error(f'cannot refresh its id-token: {url} answers {status}')
        return endpoint

    def _request_token(self, url: str, refresh: str) -> dict[str, Any]:
        form = {'grant_type': 'refresh_token', 'refresh_token': refresh}
        name, secret = self._config['client-id'], self._config.get('client-secret', '')
        # Basic authentication first, as the standard prefers, then the form: the order of Go.
        login = basic_auth(f'{quote_plus(name)}:{quote_plus(secret)}')
        status, answer = self._request(url, form, [('Authorization', login)])
        if status >= 400:
            form.update({'client_id': name, **({'client_secret': secret} if secret else {})})
            status, answer = self._request(url, form)
        if status != 200:
            reason = answer.get('error_description') or answer.get('error') or 'no reason'
            raise self._error(f'cannot refresh its id-token: {url} answers {status} ({reason})')
        return answer

    def _request(
        self,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Headers = (),
    ) -> tuple[int, dict[str, Any]]:
        """Send a GET request, or a POST request with a form; return the status and the JSON."""
        parts = urlsplit(url)
        if parts.scheme not in ('http', 'https') or not parts.hostname:
            raise self._error(f'cannot refresh its id-token: invalid address "{url}"')
        settings = self._settings(f'{parts.scheme}://{parts.netloc}')
        pool = HttpPool(Route(settings, self._sockets))
        all_headers = [('Accept', 'application/json'), *headers]
        body = Body('POST', _FORM, urlencode(form).encode()) if form else None
        target = (parts.path or '/') + (f'?{parts.query}' if parts.query else '')
        try:
            ends_at = time.monotonic() + self._seconds
            with contextlib.closing(
                pool.request(target, all_headers, self._seconds, body)
            ) as response:
                content = read_body(response, ends_at, limits.PROVIDER_BYTES)
        except (HTTPException, OSError, CutError) as error:
            reason = api_errors.unreachable(settings.server_name, error)
            raise self._error(f'cannot refresh its id-token: {reason}') from None
        finally:
            pool.close()
        try:
            answer = json_decoding.decode(content)
        except ValueError:
            answer = None
        return response.status, answer if isinstance(answer, dict) else {}

    def _settings(self, server: str) -> Settings:
        data = self._config.get('idp-certificate-authority-data', '')
        try:
            authority = b64decode(data)
        except ValueError:
            raise self._error('has an idp-certificate-authority-data that is not base64') from None
        file = self._config.get('idp-certificate-authority', '')
        return Settings(server, ca_data=authority, ca_file=file)

    def _error(self, problem: str) -> AccessError:
        # The addresses of the provider may have a password.
        return AccessError(mask_text(f'user "{self._user}" {problem}: sign in again'))
