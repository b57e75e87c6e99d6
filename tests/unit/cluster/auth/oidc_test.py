from __future__ import annotations

import base64
import json
import time

import pytest

from kubectl_dog.cluster.auth.oidc import Oidc
from kubectl_dog.cluster.auth.provider import provider
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.errors import AccessError
from tests.unit.cluster.server import page

DISCOVERY = '/.well-known/openid-configuration'


def jwt(seconds=None, **claims):
    if seconds is not None:
        claims['exp'] = time.time() + seconds
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()
    return f'e30.{payload}.x'


@pytest.fixture
def oidc(server, pki):
    """An Oidc for the test's server, with discovery in place."""

    def make(**more):
        server.on(DISCOVERY, page({'token_endpoint': f'{server.url}/token?x=y'}))
        config = {
            'idp-issuer-url': f'{server.url}/',
            'client-id': 'i d',
            'client-secret': 's:s',
            'refresh-token': 'r',
            'idp-certificate-authority': str(pki / 'ca.crt'),
            **more,
        }
        return Oidc({key: value for key, value in config.items() if value is not None}, 'jane')

    return make


def answered(wire, body):
    """Read the form, then answer: what is left unread would look like the next request."""
    length = int(wire.request.headers['content-length'])
    form = b''
    while len(form) < length:
        form += wire.sock.recv(length - len(form))
    wire.request.form = form.decode()
    page(body[1], body[0])(wire)


def answer(status=200, **body):
    return lambda wire: answered(wire, (status, body))


def test_a_valid_token_is_used_as_it_is(server, oidc):
    for padding in ('a', 'aa', 'aaa'):
        token = jwt(100, sub=padding)
        credentials, expires = oidc(**{'id-token': token}).issue()
        assert credentials.authorization == f'Bearer {token}'
        assert expires == pytest.approx(time.time() + 90, abs=5)
    assert server.requests == []


@pytest.mark.parametrize('old', (None, jwt(5), jwt(), jwt(-100)))
def test_an_expired_token_is_refreshed(server, oidc, old):
    new = jwt(100)
    server.on('/token', answer(id_token=new, refresh_token='r'))
    assert oidc(**{'id-token': old}).issue()[0].authorization == f'Bearer {new}'
    asked = server.requests[1]
    assert asked.form == 'grant_type=refresh_token&refresh_token=r'
    given = base64.b64decode(asked.headers['authorization'].partition(' ')[2]).decode()
    assert (asked.query, given) == ({'x': 'y'}, 'i+d:s%3As')


def test_some_providers_want_the_client_in_the_form(server, oidc):
    server.on('/token', answer(401, error='invalid_client'), answer(id_token=jwt(100)))
    server.on('/token', answer(401), answer(id_token=jwt(100)))
    oidc().issue()
    form = 'grant_type=refresh_token&refresh_token=r&client_id=i+d'
    assert server.requests[2].form == f'{form}&client_secret=s%3As'
    oidc(**{'client-secret': None}).issue()
    assert server.requests[5].form == form


def test_a_new_refresh_token_is_used_and_said(server, oidc, caplog):
    server.on('/token', answer(id_token=jwt(5), refresh_token='r2'), answer(id_token=jwt(5)))
    server.on(DISCOVERY, page({'token_endpoint': f'{server.url}/token'}))
    oidc_provider = oidc()
    oidc_provider.issue()
    assert 'it is not written to the kubeconfig' in caplog.text
    _, expires = oidc_provider.issue()
    assert server.requests[3].form.endswith('refresh_token=r2')
    # One that lasts no longer than we like to keep is sent for a moment all the same.
    assert expires > time.time()


@pytest.mark.parametrize(
    ('config', 'script', 'message'),
    (
        ({'idp-issuer-url': None}, None, 'has no idp-issuer-url in its auth-provider'),
        ({'client-id': None}, None, 'has no client-id'),
        ({'id-token': 'a.b'}, None, 'has an id-token that is not a JWT'),
        ({'id-token': 'x'}, None, 'has an id-token that is not a JWT'),
        ({'id-token': jwt(-1), 'refresh-token': None}, None, 'expired id-token and no refresh'),
        ({'idp-certificate-authority-data': 'x'}, None, 'that is not base64'),
        ({'idp-certificate-authority': '/no'}, None, 'cannot read the certificate authority /no'),
        ({'idp-certificate-authority': None}, None, 'signed by an unknown authority'),
        ({'idp-issuer-url': 'x'}, None, 'invalid address "x/.well-known/openid-configuration"'),
        ({}, answer(200), 'got no id_token from its identity provider'),
        ({}, answer(400, error='invalid_grant'), r'answers 400 \(invalid_grant\): sign in again'),
        ({}, answer(500), r'answers 500 \(no reason\)'),
    ),
)
def test_what_goes_wrong_is_a_hard_error(server, oidc, config, script, message):
    server.on('/token', *[script] * 2)
    with pytest.raises(AccessError, match=message) as raised:
        oidc(**config).issue()
    assert '\n' not in str(raised.value)


@pytest.mark.parametrize('script', (page(b'<html>'), page({}), page({'token_endpoint': 1}, 500)))
def test_a_provider_without_discovery(server, pki, script):
    config = {'idp-issuer-url': server.url, 'client-id': 'i', 'refresh-token': 'r'}
    server.on(DISCOVERY, script)
    data = base64.b64encode((pki / 'ca.crt').read_bytes()).decode()
    oidc = Oidc({**config, 'idp-certificate-authority-data': data}, 'jane')
    with pytest.raises(AccessError, match='openid-configuration answers'):
        oidc.issue()


def test_a_refusal_of_the_server_does_not_use_up_the_refresh_token(server, oidc):
    config = {'idp-issuer-url': server.url, 'client-id': 'i', 'id-token': jwt(100)}
    renewing = provider(Settings('https://a', provider=config, user='jane'))
    assert not renewing.renew(renewing.current())
    assert server.requests == []
