"""The `kubernetes` connection: what the other one is tested for, and whose requests it sends."""

from __future__ import annotations

import base64
import json

import pytest
from kubernetes import client as kubernetes
from kubernetes import config as kubernetes_config

from kubectl_dog import api
from kubectl_dog.cluster.official import OwnClient
from kubectl_dog.cluster.official import adopt
from kubectl_dog.cluster.official import connect
from kubectl_dog.cluster.protocol import Flags
from kubectl_dog.cluster.protocol import UnreachableError
from kubectl_dog.cluster.settings import Settings
from kubectl_dog.model.errors import AccessError
from tests.unit.cluster import connection_test as same
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import page

# The same tests, with the fixtures of this module.
_APPLY = (
    'a_client_certificate_that_is_missing',
    'a_path_before_the_api_is_kept',
    'a_server_without_tls',
    'a_stream_gives_what_is_there_and_then_its_end',
    'a_stream_that_breaks_off',
    'an_answer_without_a_date',
    'an_authority_we_do_not_know',
    'an_idle_connection_that_the_server_closed_is_no_error',
    'clock_offset',
    'connection_refused',
    'get_sends_what_it_should_and_reuses_its_connection',
    'insecure_asks_no_questions_and_warns_no_one',
    'no_such_host',
    'patience_may_change',
    'plain_http_works',
    'redirects_are_not_followed',
    'stop_ends_a_blocked_read',
    'a_certificate_for_another_host',
    'tls_server_name_is_checked_instead_of_the_host',
)
globals().update({f'test_{name}': getattr(same, f'test_{name}') for name in _APPLY})


@pytest.fixture
def made():
    """Make connections that are closed in the end."""
    all_made = []

    def make(settings):
        all_made.append(OwnClient(settings))
        return all_made[-1]

    yield make
    for each in all_made:
        each.close()


@pytest.fixture
def connection(server, pki, made):
    return made(Settings(server=server.url, ca_file=str(pki / 'ca.crt')))


@pytest.fixture
def client(server, pki):
    """An ApiClient for the server, with these fields of its Configuration."""

    def make(**fields):
        made = kubernetes.Configuration()
        made.host = server.url
        made.ssl_ca_cert = str(pki / 'ca.crt')
        for name, value in fields.items():
            setattr(made, name, value)
        return kubernetes.ApiClient(made)

    return make


@pytest.fixture
def plain():
    """A server without TLS: from Python 3.13 on the client does not trust the CA of the tests."""
    server = Server()
    yield server
    server.close()


def kubeconfig(folder, server, pki, user):
    made = {
        'clusters': [
            {
                'name': 'c',
                'cluster': {'server': server.url, 'certificate-authority': str(pki / 'ca.crt')},
            }
        ],
        'contexts': [{'name': 'x', 'context': {'cluster': 'c', 'user': 'u', 'namespace': 'shop'}}],
        'users': [{'name': 'u', 'user': user}],
        'current-context': 'x',
    }
    path = folder / 'config'
    path.write_text(json.dumps(made))
    return str(path)


def plugin(script):
    return {
        'apiVersion': 'client.authentication.k8s.io/v1',
        'command': 'sh',
        'args': ['-c', script],
        'interactiveMode': 'Never',
    }


def test_it_is_a_backend_like_the_other(server, pki, tmp_path):
    path = kubeconfig(tmp_path, server, pki, {'token': 't0', 'as': 'jane', 'as-groups': ['a', 'b']})
    connection = api.connect('kubernetes', kubeconfig=path)
    server.on('/api', page(b'one'))
    assert connection.get('/api').body == b'one'
    assert (connection.namespace, connection.user) == ('shop', 'u')
    sent = server.requests[0].headers
    assert sent['authorization'] == 'Bearer t0'
    # The official loader would have dropped this, and asked as somebody else.
    assert sent['impersonate-user'] == 'jane'
    connection.close()
    with pytest.raises(UnreachableError):
        connection.get('/api')


def test_a_plugin_that_fails_is_an_error_and_no_request(server, pki, tmp_path):
    path = kubeconfig(tmp_path, server, pki, {'exec': plugin('exit 3')})
    with pytest.raises(AccessError):
        connect(Flags(kubeconfig=path))
    assert server.requests == []


def test_a_plugin_is_asked_again_when_the_server_refuses(server, pki, tmp_path):
    credential = {
        'apiVersion': 'client.authentication.k8s.io/v1',
        'kind': 'ExecCredential',
        'status': {'token': 'N'},
    }
    script = f"echo x >> {tmp_path}/n; n=$(wc -l < {tmp_path}/n); echo '{json.dumps(credential)}' "
    script += '| sed "s/\\"N\\"/\\"t$((n))\\"/"'
    connection = connect(
        Flags(kubeconfig=kubeconfig(tmp_path, server, pki, {'exec': plugin(script)}))
    )
    server.on('/api', page(b'', 401), page(b'one'))
    assert connection.get('/api').body == b'one'
    assert [one.headers['authorization'] for one in server.requests] == ['Bearer t1', 'Bearer t2']
    connection.close()


def test_a_socks_proxy_is_refused(server):
    with pytest.raises(AccessError, match='SOCKS proxy, which the connection «kubernetes»'):
        OwnClient(Settings(server=server.url, proxy_url='socks5://127.0.0.1:1'))


def test_a_lent_client_sends_what_it_would_send_and_stays_open(plain, client):
    server = plain
    lent = client(host=plain.url, api_key={'authorization': 'Bearer t0\n'})
    lent.set_default_header('Impersonate-User', 'jane')
    connection = adopt(lent, 'shop')
    server.on('/api', page(b'one'), page(b'two'))
    assert connection.get('/api').body == b'one'
    sent = server.requests[0].headers
    assert (sent['authorization'], sent['impersonate-user']) == ('Bearer t0', 'jane')
    assert connection.namespace == 'shop'
    connection.close()
    with pytest.raises(UnreachableError):
        connection.get('/api')
    again = adopt(lent)
    assert again.get('/api').body == b'two'
    assert [one.connection for one in server.requests] == [0, 0]
    lent.rest_client.pool_manager.clear()


def test_a_lent_client_refreshes_its_token(plain, client):
    server = plain
    tokens = iter(('t1', 't2', 't3'))

    def refresh(configuration):
        configuration.api_key = {'authorization': f'Bearer {next(tokens)}'}

    key = {'authorization': 'Bearer t0'}
    lent = client(host=plain.url, api_key=key, refresh_api_key_hook=refresh)
    connection = adopt(lent)
    server.on('/api', page(b'one'))
    connection.get('/api')
    assert server.requests[0].headers['authorization'] == 'Bearer t1'
    lent.rest_client.pool_manager.clear()


def test_a_client_without_credentials_is_refused(server, client):
    with pytest.raises(AccessError, match='its requests would be anonymous'):
        adopt(client())
    with pytest.raises(AccessError, match='its requests would be anonymous'):
        # It does not send them, either.
        adopt(client(username='jane', password='x'))
    assert server.requests == []


def test_what_the_official_loader_makes_of_a_plugin_that_fails_is_refused(server, pki, tmp_path):
    path = kubeconfig(tmp_path, server, pki, {'exec': plugin('exit 3')})
    loaded = kubernetes_config.new_client_from_config(path)
    with pytest.raises(AccessError, match='where a credential plugin fails'):
        adopt(loaded)
    assert server.requests == []


@pytest.mark.parametrize('way', ['certificate', 'header', 'plain'])
def test_other_ways_to_be_known(server, pki, client, way):
    if way == 'certificate':
        lent = client(cert_file=str(pki / 'client.crt'), key_file=str(pki / 'client.key'))
    elif way == 'header':
        lent = client()
        pair = base64.b64encode(b'jane:x').decode()
        lent.set_default_header('Authorization', f'Basic {pair}')
    else:
        # Such as `kubectl proxy`, which knows who asks.
        lent = client(host='http://127.0.0.1:1')
    assert adopt(lent).namespace == 'default'


def test_without_the_extra_it_says_what_to_install(monkeypatch, server, pki):
    import sys

    monkeypatch.setitem(sys.modules, 'kubernetes', None)
    with pytest.raises(AccessError, match=r"pip install 'kubectl-dog\[kubernetes\]'"):
        OwnClient(Settings(server=server.url, ca_file=str(pki / 'ca.crt')))
