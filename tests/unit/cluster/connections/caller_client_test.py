"""A caller's own ApiClient: whose requests it sends, and that nothing of it is changed."""

from __future__ import annotations

import base64
import threading

import pytest
from kubernetes import client as kubernetes
from kubernetes import config as kubernetes_config

from kubectl_dog.cluster.connections.caller_client import CallerCredentials
from kubectl_dog.cluster.connections.caller_client import connect_by_client
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from tests.unit.cluster.connections.official_client_test import kubeconfig
from tests.unit.cluster.connections.official_client_test import plugin
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import page


@pytest.fixture
def client(server, pki):
    """An ApiClient for the server, with these fields of its Configuration."""

    def make(**fields):
        configuration = kubernetes.Configuration()
        configuration.host = server.url
        configuration.ssl_ca_cert = str(pki / 'ca.crt')
        for name, value in fields.items():
            setattr(configuration, name, value)
        return kubernetes.ApiClient(configuration)

    return make


@pytest.fixture
def plain():
    """A server without TLS: from Python 3.13 on the client does not trust the CA of the tests."""
    server = Server()
    yield server
    server.close()


def test_a_lent_client_sends_what_it_would_send_and_stays_open(plain, client):
    server = plain
    lent = client(host=plain.url, api_key={'authorization': 'Bearer t0\n'})
    lent.set_default_header('Impersonate-User', 'jane')
    connection = connect_by_client(lent, 'shop')
    server.on('/api', page(b'one'), page(b'two'))
    assert connection.get('/api').body == b'one'
    sent = server.requests[0].headers
    assert (sent['authorization'], sent['impersonate-user']) == ('Bearer t0', 'jane')
    assert connection.namespace == 'shop'
    connection.close()
    with pytest.raises(UnreachableError):
        connection.get('/api')
    again = connect_by_client(lent)
    assert again.get('/api').body == b'two'
    assert [request.connection for request in server.requests] == [0, 0]
    lent.rest_client.pool_manager.clear()


def test_a_lent_client_refreshes_its_token(plain, client):
    server = plain
    tokens = iter(('t1', 't2', 't3'))

    def refresh(configuration):
        configuration.api_key = {'authorization': f'Bearer {next(tokens)}'}

    key = {'authorization': 'Bearer t0'}
    lent = client(host=plain.url, api_key=key, refresh_api_key_hook=refresh)
    connection = connect_by_client(lent)
    server.on('/api', page(b'one'))
    connection.get('/api')
    assert server.requests[0].headers['authorization'] == 'Bearer t1'
    lent.rest_client.pool_manager.clear()


def test_a_client_without_credentials_is_refused(server, client):
    with pytest.raises(AccessError, match='its requests would be anonymous'):
        connect_by_client(client())
    with pytest.raises(AccessError, match='its requests would be anonymous'):
        # It does not send them, either.
        connect_by_client(client(username='jane', password='x'))
    assert server.requests == []


def test_what_the_official_loader_makes_of_a_plugin_that_fails_is_refused(server, pki, tmp_path):
    path = kubeconfig(tmp_path, server, pki, {'exec': plugin('exit 3')})
    loaded = kubernetes_config.new_client_from_config(path)
    with pytest.raises(AccessError, match='ignores a credential plugin that fails'):
        connect_by_client(loaded)
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
    assert connect_by_client(lent).namespace == 'default'


@pytest.mark.parametrize(
    ('host', 'message'),
    [
        (None, 'invalid server address ""'),
        ('', 'invalid server address ""'),
        ('api.test:6443', 'invalid server address "api.test:6443"'),
        ('https://', 'invalid server address "https:"'),
    ],
)
def test_a_client_that_knows_no_server(host, message):
    configuration = kubernetes.Configuration()
    configuration.host = host or ''
    lent = kubernetes.ApiClient(configuration)
    configuration.host = host
    with pytest.raises(AccessError, match=message):
        connect_by_client(lent)


def test_the_scheme_may_be_written_in_any_case(server, client):
    with pytest.raises(AccessError, match='its requests would be anonymous'):
        connect_by_client(client(host=server.url.replace('https', 'HTTPS')))


def test_a_client_of_another_library_is_a_type_error():
    class Other:
        rest_client = None

    with pytest.raises(TypeError, match='not an ApiClient of the official client'):
        connect_by_client(Other())


@pytest.mark.parametrize('value', ['a\nImpersonate-User: root', 'j€'])
def test_a_header_that_cannot_be_sent_is_told_at_once(client, value):
    lent = client(host='http://127.0.0.1:1')
    lent.set_default_header('Impersonate-User', value)
    with pytest.raises(AccessError, match='the header Impersonate-User of the ApiClient'):
        connect_by_client(lent)


def test_an_encoding_that_a_stream_could_not_read_is_not_asked_for(plain, client):
    lent = client(host=plain.url)
    lent.set_default_header('Accept-Encoding', 'gzip')
    plain.on('/api', page(b'one'))
    connect_by_client(lent).get('/api')
    assert plain.requests[0].headers['accept-encoding'] == 'identity'
    lent.rest_client.pool_manager.clear()


def test_a_hook_that_fails_later_is_a_refusal(plain, client):
    failing = []

    def refresh(configuration):
        if failing:
            raise OSError('the token service is down')

    lent = client(host=plain.url, api_key={'authorization': 'Bearer t0'})
    lent.configuration.refresh_api_key_hook = refresh
    connection = connect_by_client(lent)
    failing.append(True)
    assert connection.get('/api').status == 401
    assert b'cannot refresh its token: the token service is down' in connection.get('/api').body
    opened = connection.stream('/api', (), 1.0)
    assert (opened.status, plain.requests) == (401, [])


def test_a_hook_that_fails_at_once_is_an_access_error(client):
    def refresh(configuration):
        raise LookupError

    lent = client(api_key={'authorization': 'Bearer t0'})
    lent.configuration.refresh_api_key_hook = refresh
    with pytest.raises(AccessError, match='cannot refresh its token: LookupError'):
        connect_by_client(lent)


def test_the_hook_of_one_client_runs_once_at_a_time_for_all_who_have_it(client):
    running, most, meeting = [], [], threading.Barrier(3)

    def refresh(configuration):
        running.append(1)
        most.append(len(running))
        meeting_is_over.wait(0.05)
        running.pop()

    meeting_is_over = threading.Event()
    lent = client(api_key={'authorization': 'Bearer t0'})
    lent.configuration.refresh_api_key_hook = refresh

    def ask():
        credentials = CallerCredentials(lent)
        meeting.wait()
        credentials.current()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]
