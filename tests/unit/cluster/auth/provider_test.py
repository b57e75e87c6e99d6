from __future__ import annotations

import threading
import time

import pytest

from kubectl_dog.cluster.auth.credentials import Credentials
from kubectl_dog.cluster.auth.exec_plugin import ExecPlugin
from kubectl_dog.cluster.auth.provider import RenewingProvider
from kubectl_dog.cluster.auth.provider import StaticProvider
from kubectl_dog.cluster.auth.provider import provider
from kubectl_dog.cluster.client_config.settings import Plugin
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.model.errors import AccessError
from tests.unit.cluster.server import page
from tests.unit.cluster.server import refuse
from tests.unit.cluster.server import stream


class Issuer:
    """Issues `Bearer 1`, `Bearer 2`, …; fails where `failing` says so."""

    def __init__(self, lasts=0.0):
        self.count = 0
        self.now = 100.0
        self.lasts = lasts
        self.failing = False
        self.provider = RenewingProvider(self.issue, now=lambda: self.now)

    def issue(self):
        self.count += 1
        if self.failing:
            raise AccessError('no more')
        return Credentials(f'Bearer {self.count}'), self.lasts and self.now + self.lasts


def test_credentials_are_issued_when_they_are_needed_and_once_they_have_expired():
    issuer = Issuer(lasts=60)
    assert issuer.count == 0
    assert [issuer.provider.current().authorization for _ in range(2)] == ['Bearer 1'] * 2
    issuer.now += 61
    assert issuer.provider.current().authorization == 'Bearer 2'


def test_credentials_that_are_expired_by_a_wrong_clock_are_kept_until_they_are_refused():
    issuer = Issuer(lasts=-3600)
    used = [issuer.provider.current().authorization for _ in range(3)]
    assert used == ['Bearer 1'] * 3
    assert issuer.provider.renew(issuer.provider.current())
    assert issuer.provider.current().authorization == 'Bearer 2'


def test_many_threads_that_are_refused_make_one_run():
    issuer = Issuer()
    used = issuer.provider.current()
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(issuer.provider.renew(used)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, issuer.count) == ([True] * 20, 2)


def test_the_same_credentials_again_are_no_reason_to_ask_again():
    same = RenewingProvider(lambda: (Credentials('Bearer x'), 0.0))
    assert not same.renew(same.current())


def test_a_failure_is_remembered_for_a_while_and_the_old_ones_are_not_sent():
    issuer = Issuer(lasts=60)
    issuer.provider.current()
    issuer.now += 61
    issuer.failing = True
    for _ in range(3):
        with pytest.raises(AccessError, match='no more'):
            issuer.provider.current()
    assert issuer.count == 2
    issuer.now += 6
    issuer.failing = False
    assert issuer.provider.current().authorization == 'Bearer 3'


def test_some_credentials_are_not_renewed():
    issuer = Issuer()
    issued = RenewingProvider(issuer.issue, on_refusal=False)
    assert not issued.renew(issued.current())
    fixed = StaticProvider(Credentials('Bearer x'))
    assert not fixed.renew(fixed.current())
    assert issuer.count == 1


def test_passwords():
    basic = provider(Settings('https://a', username='Aladdin', password='open sesame'))
    assert basic.current().authorization == 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='


@pytest.mark.parametrize('token', ('a\n', 'a\r\nX: y', '日'))
def test_a_token_that_no_header_can_hold(token):
    with pytest.raises(AccessError, match='characters that are not allowed in a header'):
        provider(Settings('https://a', token=token))


def test_credentials_do_not_show():
    assert 'secret' not in repr(Credentials('Bearer secret', b'secret', b'secret'))


@pytest.fixture
def connect(server, pki, monkeypatch):
    """A connection whose plugin gives what the test puts into `given`, one after the other."""
    connections = []

    def connect(*given):
        left = list(given)

        def issue(self):
            outcome = left.pop(0)
            if isinstance(outcome, AccessError):
                raise outcome
            return outcome, 0.0

        monkeypatch.setattr(ExecPlugin, 'issue', issue)
        settings = Settings(server.url, ca_file=str(pki / 'ca.crt'), plugin=Plugin('x'))
        connections.append(KubeConnection(settings))
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()


def sent(server):
    return [request.headers.get('authorization') for request in server.requests]


def test_a_request_that_is_refused_is_repeated_once_with_new_credentials(server, connect):
    server.on('/api', refuse(401), page(b'one'), refuse(401), refuse(401))
    first, second, third = (Credentials(f'Bearer {n}') for n in (1, 2, 3))
    connection = connect(first, second, third)
    assert connection.get('/api').body == b'one'
    assert connection.get('/api').status == 401
    assert sent(server) == ['Bearer 1', 'Bearer 2', 'Bearer 2', 'Bearer 3']


def test_a_stream_that_is_refused_is_opened_again(server, connect):
    server.on('/log', refuse(401), stream(b'one'))
    opened = connect(Credentials('Bearer 1'), Credentials('Bearer 2')).stream('/log', (), 5.0)
    assert (opened.status, opened.read()) == (200, b'one')
    opened.close()


def test_a_plugin_that_fails_later_reads_like_a_refusal(server, connect):
    connection = connect(AccessError('the plugin failed'))
    response = connection.get('/api')
    assert response.status == 401
    assert b'the plugin failed' in response.body
    opened = connection.stream('/api', (), 5.0)
    assert opened.status == 401
    opened.set_read_timeout(1)
    assert b'the plugin failed' in opened.read()
    assert opened.read() == b''
    opened.stop()
    opened.close()
    assert server.requests == []


def test_when_the_renewal_fails_the_servers_word_counts(server, connect):
    server.on('/api', refuse(401, 'go away'))
    connection = connect(Credentials('Bearer 1'), AccessError('the plugin failed'))
    assert b'go away' in connection.get('/api').body


def test_a_plugin_that_fails_at_once_is_an_error(connect):
    with pytest.raises(AccessError, match='the plugin failed'):
        connect(AccessError('the plugin failed')).sign_in()


def test_new_certificates_are_for_new_connections(server, tls, pki, connect):
    tls.verify_mode = 1  # optional
    subjects = []

    def note(then):
        def script(wire):
            certificate = wire.sock.getpeercert()
            subjects.append(
                (dict(certificate['subject'][0]) if certificate else {}).get('commonName')
            )
            then(wire)

        return script

    certificate = (pki / 'client.crt').read_bytes(), (pki / 'client.key').read_bytes()
    server.on('/log', note(stream(b'one', then='pause')))
    server.on('/api', note(refuse(401)), note(page(b'two')), note(page(b'three')))
    connection = connect(Credentials('Bearer 1'), Credentials('Bearer 2', *certificate))
    opened = connection.stream('/log', (), 5.0)
    assert opened.read() == b'one'
    assert [connection.get('/api').body for _ in range(2)] == [b'two', b'three']
    server.resume.set()
    assert opened.read() == b''
    opened.close()
    assert subjects == [None, None, 'jane', 'jane']
    assert sent(server)[-1] == 'Bearer 2'


def test_impersonation_headers_may_repeat(server, pki):
    server.on('/api', page(b''))
    headers = (('Impersonate-User', 'joe'), ('Impersonate-Group', 'a'), ('Impersonate-Group', 'b'))
    settings = Settings(server.url, ca_file=str(pki / 'ca.crt'), impersonate=headers)
    connection = KubeConnection(settings)
    connection.get('/api')
    connection.close()
    sent = server.requests[0].fields
    assert [(name, value) for name, _, value in sent if name.startswith('Imp')] == list(headers)


def test_requests_are_told_where_that_is_wanted(server, pki, capsys):
    server.on('/api', page(b''))
    settings = Settings(server.url, ca_file=str(pki / 'ca.crt'), token='secret')
    connection = KubeConnection(settings, verbosity=6)
    connection.get('/api', (('a', 'b'),))
    connection.close()
    stderr = capsys.readouterr().err
    assert stderr.startswith(f'GET {server.url}/api?a=b 200 in ')
    assert 'secret' not in stderr


def test_twenty_threads_share_a_refresh(server, connect):
    """One run of the plugin for all, though all were refused at the same time."""
    server.on('/api', *[decide] * 60)
    connection = connect(Credentials('Bearer 1'), Credentials('Bearer 2'))
    connection.sign_in()
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(connection.get('/api').status))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == [200] * 20


def decide(wire):
    old = wire.request.headers['authorization'] == 'Bearer 1'
    time.sleep(0.02)
    (refuse(401) if old else page(b''))(wire)
