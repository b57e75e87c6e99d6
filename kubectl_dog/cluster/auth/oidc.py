"""The `oidc` auth-provider: an ID token that is refreshed when it expires."""

from __future__ import annotations

import logging
from base64 import b64decode
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus
from urllib.parse import urlencode
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.credentials import bearer_credentials
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.cluster.transport import pools
from kubectl_dog.cluster.transport.tracked_sockets import TrackedSockets
from kubectl_dog.model import json_decoding
from kubectl_dog.model.errors import AccessError

_EXPIRY_MARGIN = 10.0
_TIMEOUT = urllib3.Timeout(connect=5.0, read=20.0)
_DISCOVERY = '/.well-known/openid-configuration'


class Oidc:
    """Tokens of one user. New tokens stay in memory: the kubeconfig is never written."""

    def __init__(self, config: Mapping[str, str], user: str) -> None:
        self._config = dict(config)
        self._user = user
        for key in ('idp-issuer-url', 'client-id'):
            if not config.get(key):
                raise self._error(f'has no {key} in its auth-provider')

    def issue(self) -> tuple[Credentials, float]:
        """Return credentials and their expiry (epoch seconds); raises AccessError."""
        import time

        token = self._config.get('id-token', '')
        expires = self._expiry(token) if token else 0.0
        if expires <= time.time():
            token = self._refresh()
            # A token that was just issued is sent even if it is expired by the local clock.
            expires = max(self._expiry(token), time.time() + 1)
        return bearer_credentials(token, f'the id-token of user {self._user!r}'), expires

    def _expiry(self, token: str) -> float:
        parts = token.split('.')
        try:
            payload = parts[1] + '=' * (-len(parts[1]) % 4)
            claims = json_decoding.decode(urlsafe_b64decode(payload))
            return float(claims.get('exp') or 0) - _EXPIRY_MARGIN
        except (ValueError, IndexError, AttributeError, TypeError, OverflowError):
            raise self._error('has an id-token that is no JWT') from None

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
            # Without a handler of the caller, logging prints the text on stderr: the program does
            # so. The library has a handler that discards it.
            logging.getLogger('kubectl_dog.cluster').warning(
                'kubectl dog: the identity provider of user %r has replaced its refresh token; it '
                'is not written to the kubeconfig, so kubectl may ask you to sign in again',
                self._user,
            )
        return token

    def _endpoint(self) -> str:
        url = self._config['idp-issuer-url'].rstrip('/') + _DISCOVERY
        status, answer = self._request('GET', url)
        endpoint = answer.get('token_endpoint')
        if status != 200 or not isinstance(endpoint, str) or not endpoint:
            raise self._error(f'cannot refresh its id-token: {url} answers {status}')
        return endpoint

    def _request_token(self, url: str, refresh: str) -> dict[str, Any]:
        form = {'grant_type': 'refresh_token', 'refresh_token': refresh}
        name, secret = self._config['client-id'], self._config.get('client-secret', '')
        # Basic authentication first, as the standard prefers, then the form: the order of Go.
        basic_auth = urllib3.make_headers(basic_auth=f'{quote_plus(name)}:{quote_plus(secret)}')
        status, answer = self._request('POST', url, form, basic_auth)
        if status >= 400:
            form.update({'client_id': name, **({'client_secret': secret} if secret else {})})
            status, answer = self._request('POST', url, form)
        if status != 200:
            reason = answer.get('error_description') or answer.get('error') or 'no reason'
            raise self._error(f'cannot refresh its id-token: {url} answers {status} ({reason})')
        return answer

    def _request(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(url)
        if parts.scheme not in ('http', 'https') or not parts.hostname:
            raise self._error(f'cannot refresh its id-token: {url!r} is no address')
        settings = self._settings(f'{parts.scheme}://{parts.netloc}')
        pool = pools.create_pool(settings, TrackedSockets())
        all_headers = {'Accept': 'application/json', **(headers or {})}
        if form:
            all_headers['Content-Type'] = 'application/x-www-form-urlencoded'
        path = pools.url_prefix(pool, settings) + (parts.path or '/')
        try:
            response = pool.urlopen(
                method,
                path + (f'?{parts.query}' if parts.query else ''),
                body=urlencode(form) if form else None,
                headers=all_headers,
                retries=False,
                redirect=False,
                timeout=_TIMEOUT,
            )
            answer = json_decoding.decode(response.data)
        except ValueError:
            answer = None
        except (HTTPError, OSError) as error:
            reason = api_errors.unreachable(settings.server, error)
            raise self._error(f'cannot refresh its id-token: {reason}') from None
        finally:
            pool.close()
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
        return AccessError(f'user {self._user!r} {problem}: sign in again')
