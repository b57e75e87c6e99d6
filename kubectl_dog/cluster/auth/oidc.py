"""The `oidc` auth-provider: an ID token, and a new one by the refresh token once it expires."""

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

_EARLY = 10.0
_TIMEOUT = urllib3.Timeout(connect=5.0, read=20.0)
_DISCOVERY = '/.well-known/openid-configuration'


class Oidc:
    """The tokens of one user. New ones are kept in memory: kubeconfig is never written."""

    def __init__(self, config: Mapping[str, str], user: str) -> None:
        self._config = dict(config)
        self._user = user
        for key in ('idp-issuer-url', 'client-id'):
            if not config.get(key):
                raise self._failed(f'has no {key} in its auth-provider')

    def issue(self) -> tuple[Credentials, float]:
        """Credentials, and when they expire (epoch seconds); raises AccessError."""
        import time

        token = self._config.get('id-token', '')
        expires = self._expiry(token) if token else 0.0
        if expires <= time.time():
            token = self._refreshed()
            # One that the provider has just made is sent, whatever our clock says.
            expires = max(self._expiry(token), time.time() + 1)
        return bearer_credentials(token, f'the id-token of user {self._user!r}'), expires

    def _expiry(self, token: str) -> float:
        parts = token.split('.')
        try:
            payload = parts[1] + '=' * (-len(parts[1]) % 4)
            claims = json_decoding.decode(urlsafe_b64decode(payload))
            return float(claims.get('exp') or 0) - _EARLY
        except (ValueError, IndexError, AttributeError, TypeError, OverflowError):
            raise self._failed('has an id-token that is no JWT') from None

    def _refreshed(self) -> str:
        refresh = self._config.get('refresh-token')
        if not refresh:
            raise self._failed('has an expired id-token and no refresh-token')
        answer = self._token(self._endpoint(), refresh)
        token = answer.get('id_token')
        if not isinstance(token, str) or not token:
            raise self._failed('got no id_token from its identity provider')
        self._config['id-token'] = token
        renewed = answer.get('refresh_token')
        if isinstance(renewed, str) and renewed not in ('', refresh):
            self._config['refresh-token'] = renewed
            # Without a handler of the caller's it is printed on stderr, as it is, and so by the
            # program; the library has a handler, which says nothing.
            logging.getLogger('kubectl_dog.cluster').warning(
                'kubectl dog: the identity provider of user %r has replaced its refresh token; it '
                'is not written to the kubeconfig, so kubectl may ask you to sign in again',
                self._user,
            )
        return token

    def _endpoint(self) -> str:
        where = self._config['idp-issuer-url'].rstrip('/') + _DISCOVERY
        status, answer = self._ask('GET', where)
        found = answer.get('token_endpoint')
        if status != 200 or not isinstance(found, str) or not found:
            raise self._failed(f'cannot refresh its id-token: {where} answers {status}')
        return found

    def _token(self, where: str, refresh: str) -> dict[str, Any]:
        form = {'grant_type': 'refresh_token', 'refresh_token': refresh}
        name, secret = self._config['client-id'], self._config.get('client-secret', '')
        # First as the standard prefers it, then as some providers do: the Go library's order.
        basic = urllib3.make_headers(basic_auth=f'{quote_plus(name)}:{quote_plus(secret)}')
        status, answer = self._ask('POST', where, form, basic)
        if status >= 400:
            form.update({'client_id': name, **({'client_secret': secret} if secret else {})})
            status, answer = self._ask('POST', where, form)
        if status != 200:
            said = answer.get('error_description') or answer.get('error') or 'no reason'
            raise self._failed(f'cannot refresh its id-token: {where} answers {status} ({said})')
        return answer

    def _ask(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(url)
        if parts.scheme not in ('http', 'https') or not parts.hostname:
            raise self._failed(f'cannot refresh its id-token: {url!r} is no address')
        settings = self._settings(f'{parts.scheme}://{parts.netloc}')
        pool = pools.pool(settings, TrackedSockets())
        sent = {'Accept': 'application/json', **(headers or {})}
        if form:
            sent['Content-Type'] = 'application/x-www-form-urlencoded'
        path = pools.origin(pool, settings) + (parts.path or '/')
        try:
            response = pool.urlopen(
                method,
                path + (f'?{parts.query}' if parts.query else ''),
                body=urlencode(form) if form else None,
                headers=sent,
                retries=False,
                redirect=False,
                timeout=_TIMEOUT,
            )
            answer = json_decoding.decode(response.data)
        except ValueError:
            answer = None
        except (HTTPError, OSError) as error:
            said = api_errors.unreachable(settings.server, error)
            raise self._failed(f'cannot refresh its id-token: {said}') from None
        finally:
            pool.close()
        return response.status, answer if isinstance(answer, dict) else {}

    def _settings(self, server: str) -> Settings:
        data = self._config.get('idp-certificate-authority-data', '')
        try:
            authority = b64decode(data)
        except ValueError:
            raise self._failed('has an idp-certificate-authority-data that is not base64') from None
        file = self._config.get('idp-certificate-authority', '')
        return Settings(server, ca_data=authority, ca_file=file)

    def _failed(self, how: str) -> AccessError:
        return AccessError(f'user {self._user!r} {how}: sign in again')
