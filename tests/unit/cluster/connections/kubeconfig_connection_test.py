from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import ssl
import threading
import time
from importlib import metadata

import pytest

from kubectl_dog.cluster.auth.token_file import TokenFile
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections import kubeconfig_connection as module
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.connections.kubeconfig_connection import connect
from kubectl_dog.cluster.transport import ssl_context as tls_module
from kubectl_dog.cluster.transport.route import TrackedSockets
from kubectl_dog.model import limits
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import SilentError
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import Wire
from tests.unit.cluster.server import page
from tests.unit.cluster.server import stream
from tests.unit.needs import NO_FILE


@pytest.fixture
def create_connection():
    """Make connections that are closed in the end."""
    connections = []

    def make(settings):
        connections.append(KubeConnection(settings))
        return connections[-1]

    yield make
    for connection in connections:
        connection.close()


def trusting(server, pki, **more):
    return Settings(server=server.url, ca_file=str(pki / 'ca.crt'), **more)


def test_get_sends_what_it_should_and_reuses_its_connection(server, create_connection, pki):
    connection = create_connection(trusting(server, pki, token='t0'))
    server.on('/api', page(b'one', 200, X_Y='z'), page(b'', 404))
    first = connection.get('/api', (('a', 'b=c'),), 'text/x')
    assert (first.status, first.body, first.headers['x-y']) == (200, b'one', 'z')
    assert connection.get('/api').status == 404
    sent = server.requests[0]
    assert sent.query == {'a': 'b=c'}
    assert sent.headers['accept'] == 'text/x'
    assert sent.headers['authorization'] == 'Bearer t0'
    assert sent.headers['user-agent'] == f'kubectl-dog/{module.VERSION}'
    assert [request.connection for request in server.requests] == [0, 0]


def test_a_dry_run_saves_nothing_and_is_sent_with_credentials(server, create_connection, pki):
    connection = create_connection(trusting(server, pki, token='t0'))
    bodies = []

    def answer(wire):
        bodies.append(wire.sock.recv(int(wire.request.headers['content-length'])))
        page(b'{}', 201)(wire)

    server.on('/api', page(b''), answer)
    connection.get('/api')
    response = connection.dry_run_apply('/api', b'{"a": 1}', (('fieldValidation', 'Warn'),))
    assert (response.status, response.body, bodies) == (201, b'{}', [b'{"a": 1}'])
    sent = server.requests[1]
    assert (sent.method, sent.connection) == ('PATCH', 0)
    assert sent.query == {
        'dryRun': 'All', 'fieldManager': 'kubectl-dog', 'force': 'true', 'fieldValidation': 'Warn',
    }  # fmt: skip
    assert sent.headers['content-type'] == 'application/apply-patch+yaml'
    assert sent.headers['authorization'] == 'Bearer t0'


def test_rights_are_reviewed_with_one_request(server, create_connection, pki):
    connection = create_connection(trusting(server, pki, token='t0'))
    bodies = []

    def answer(wire):
        bodies.append(json.loads(wire.sock.recv(int(wire.request.headers['content-length']))))
        page(b'{}', 201)(wire)

    path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews'
    server.on(path, answer)
    review = connection.review_self('SelfSubjectRulesReview', {'namespace': 'shop'})
    assert review.status == 201
    assert (server.requests[0].method, server.requests[0].query) == ('POST', {})
    assert bodies[0]['kind'] == 'SelfSubjectRulesReview'
    assert bodies[0]['spec'] == {'namespace': 'shop'}
    with pytest.raises(KeyError):
        connection.review_self('Secret', {})


def test_version_is_the_packages():
    assert metadata.version('kubectl-dog') == module.VERSION


def test_a_path_before_the_api_is_kept(server, create_connection, pki):
    connection = create_connection(trusting(server, pki)._replace(server=f'{server.url}/k8s/c1'))
    server.on('/k8s/c1/api', page(b'one'))
    assert connection.get('/api').body == b'one'


def test_redirects_are_not_followed(server, connection):
    server.on('/api', page(b'', 302, Location='/login'))
    assert connection.get('/api').status == 302


def test_an_idle_connection_that_the_server_closed_is_no_error(server, connection):
    server.on('/api', page(b'one'), Wire.cut, page(b'two'))
    assert [connection.get('/api').body for _ in range(2)] == [b'one', b'two']


def test_plain_http_works(create_connection, monkeypatch):
    monkeypatch.setenv('HTTP_PROXY', 'http://127.0.0.1:1')
    server = Server()
    try:
        server.on('/api', page(b'one'), stream(b'two'))
        connection = create_connection(Settings(server=server.url))
        assert connection.get('/api').body == b'one'
        opened = connection.stream('/api', (), 1.0)
        assert opened.read() == b'two'
        opened.close()
    finally:
        server.close()


@pytest.mark.parametrize('chunked', (True, False))
def test_a_stream_gives_what_is_there_and_then_its_end(server, connection, chunked):
    server.on('/log', stream(b'one\n', chunked=chunked))
    opened = connection.stream('/log', (('follow', 'true'),), 5.0)
    assert (opened.status, opened.read(), opened.read(), opened.read()) == (200, b'one\n', b'', b'')
    opened.close()


@pytest.mark.parametrize('how', ('cut', 'reset'))
def test_a_stream_that_breaks_off(server, connection, how):
    server.on('/log', stream(b'one\n', then=how))
    opened = connection.stream('/log', (), 5.0)
    assert opened.read() == b'one\n'
    with pytest.raises(CutError):
        opened.read()
    opened.close()


@pytest.mark.parametrize('chunked', (True, False))
def test_read_timeout_may_change(server, connection, chunked):
    server.on('/log', stream(b'one\n', chunked=chunked, then='hold'))
    opened = connection.stream('/log', (), None)
    assert opened.read() == b'one\n'
    opened.set_read_timeout(0.05)
    with pytest.raises(SilentError):
        opened.read()
    opened.close()


@pytest.mark.parametrize('chunked', (True, False))
def test_stop_ends_a_blocked_read(server, connection, chunked):
    server.on('/log', stream(b'one\n', chunked=chunked, then='hold'))
    opened = connection.stream('/log', (), None)
    opened.read()
    threading.Timer(0.05, opened.stop).start()
    began = time.monotonic()
    with contextlib.suppress(CutError):
        assert opened.read() == b''
    assert time.monotonic() - began < 1
    opened.stop()
    opened.close()
    opened.stop()


def test_a_connection_made_while_all_is_closed_is_broken_too():
    sockets = TrackedSockets()
    sockets.shut()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sockets.add(ours)
        assert theirs.recv(1) == b''


def test_close_wakes_who_waits_for_headers(server, connection):
    server.on('/log', Wire.hold)
    threading.Timer(0.1, connection.close).start()
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        connection.stream('/log', (), None)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(('ahead', 'offset'), ((0, 0), (1.2, 0), (3600, 3600), (-60, -60)))
def test_clock_offset(server, connection, ahead, offset):
    server.ahead = ahead
    server.on('/api', page(b''))
    connection.get('/api')
    assert connection.clock_offset == pytest.approx(offset, abs=0.8)
    assert bool(connection.clock_offset) == bool(offset)


@pytest.mark.parametrize('date', ('once upon a time', 'Mon, 30 Nov 99999 21:00:00 GMT'))
def test_an_answer_without_a_date(server, connection, date):
    server.on('/api', page(b'', Date=date))
    connection.get('/api')
    assert connection.clock_offset == 0.0


def reason(settings, create_connection):
    with pytest.raises(UnreachableError) as raised:
        create_connection(settings).get('/api')
    return re.sub(r'127.0.0.1:\d+', 'HOST', str(raised.value))


@pytest.mark.parametrize('host', ('a..b', 'a' * 64))
def test_a_host_that_no_name_server_can_know(create_connection, host):
    assert 'cannot connect' in reason(Settings(server=f'https://{host}:1'), create_connection)


def test_connection_refused(create_connection):
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    assert reason(Settings(server=f'https://127.0.0.1:{port}'), create_connection) == (
        'cannot connect to https://HOST: connection refused; '
        'check --context and whether the cluster is running'
    )


def test_no_such_host(create_connection, monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror(-2, 'Name or service not known')

    monkeypatch.setattr(socket, 'getaddrinfo', fail)
    assert reason(Settings(server='https://api.test'), create_connection) == (
        'cannot connect to https://api.test: unknown host "api.test"; '
        'check the network (VPN) and --context'
    )


def test_no_answer(create_connection, server, pki, monkeypatch):
    server.on('/api', Wire.hold)
    connection = KubeConnection(trusting(server, pki), timeout=0.05)
    with pytest.raises(UnreachableError, match='no answer in time'):
        connection.get('/api')
    connection.close()


def test_an_authority_we_do_not_know(create_connection, server):
    message = 'its certificate is signed by an unknown authority; check certificate-authority'
    assert (
        reason(Settings(server=server.url), create_connection)
        == f'cannot trust https://HOST: {message}'
    )


def test_a_certificate_for_another_host(create_connection, server, pki):
    message = reason(trusting(server, pki, tls_server_name='other.test'), create_connection)
    assert 'its certificate is not valid for "other.test"; check --tls-server-name' in message


def test_tls_server_name_is_checked_instead_of_the_host(create_connection, server, pki):
    server.on('/api', page(b'one'))
    connection = create_connection(trusting(server, pki, tls_server_name='api.test'))
    assert connection.get('/api').body == b'one'


def test_insecure_asks_no_questions_and_warns_no_one(create_connection, server):
    server.on('/api', page(b'one'))
    assert create_connection(Settings(server=server.url, insecure=True)).get('/api').body == b'one'


def test_a_server_without_tls(create_connection):
    server = Server()
    try:
        secure = server.url.replace('http:', 'https:')
        assert 'it does not use TLS' in reason(Settings(server=secure), create_connection)
    finally:
        server.close()


def client(pki, **more):
    return {
        'cert_data': (pki / 'client.crt').read_bytes(),
        'key_data': (pki / 'client.key').read_bytes(),
        **more,
    }


@pytest.mark.parametrize('with_pipes', (True, False))
def test_a_client_certificate_leaves_nothing_on_disk(
    create_connection, server, pki, tls, tmp_path, monkeypatch, with_pipes
):
    if not with_pipes:
        monkeypatch.setattr(tls_module, '_DESCRIPTORS', '/nowhere')
    monkeypatch.setenv('TMPDIR', str(tmp_path))
    monkeypatch.setattr('tempfile.tempdir', None)
    tls.verify_mode = ssl.CERT_REQUIRED
    seen = []
    server.on('/api', lambda wire: seen.append(wire.sock.getpeercert()) or page(b'one')(wire))
    connection = create_connection(trusting(server, pki, **client(pki)))
    assert os.listdir(tmp_path) == []
    assert connection.get('/api').body == b'one'
    assert seen[0]['subject'] == ((('commonName', 'jane'),),)


def test_a_client_certificate_that_is_missing(create_connection, server, pki, tls):
    tls.verify_mode = ssl.CERT_REQUIRED
    with pytest.raises(UnreachableError, match='cannot connect'):
        create_connection(trusting(server, pki)).get('/api')


@pytest.mark.parametrize(
    ('wrong', 'message'),
    (
        ({'ca_file': '/no'}, f'cannot read the certificate authority /no: {NO_FILE.lower()}'),
        ({'ca_data': b'x'}, 'certificate-authority-data contains no PEM certificate'),
        ({'cert_data': b''}, 'user "jane" has a client key without a certificate'),
        ({'key_data': b''}, 'user "jane" has a client certificate without a key: use --client-key'),
        (
            {'key_data': b'', 'key_file': '/no'},
            f'cannot read the client key /no: {NO_FILE.lower()}',
        ),
        ({'cert_data': b'garbage'}, 'client certificate and key of user "jane" are not valid PEM'),
        ({'key_data': b'garbage'}, 'client certificate and key of user "jane" are not valid PEM'),
        ({'key_data': None}, 'the client key of user "jane" is encrypted'),
    ),
)
def test_what_is_wrong_with_certificates_is_said(pki, wrong, message):
    wrong = {
        key: (pki / 'locked.key').read_bytes() if value is None else value
        for key, value in wrong.items()
    }
    settings = Settings(server='https://a', user='jane', **client(pki, **wrong))
    with pytest.raises(AccessError, match=message):
        tls_module.create_context(settings)


def test_tls_floor(pki):
    context = tls_module.create_context(Settings(server='https://a'))
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT


def test_a_token_file_is_trimmed_and_read_again_after_a_minute(tmp_path):
    file, now = tmp_path / 'token', [0.0]
    file.write_text('one\n')
    token = TokenFile(str(file), lambda: now[0])
    file.write_text('two\n')
    assert token.current().authorization == 'Bearer one'
    now[0] = 60.0
    assert token.current().authorization == 'Bearer two'
    file.unlink()
    now[0] = 120.0
    assert token.current().authorization == 'Bearer two'


def test_a_token_file_is_read_again_when_the_server_refuses_it(tmp_path):
    file = tmp_path / 'token'
    file.write_text('one')
    token = TokenFile(str(file), lambda: 0.0)
    used = token.current()
    assert not token.renew(used)
    file.write_text('two')
    assert token.renew(used) and token.renew(used)
    assert token.current().authorization == 'Bearer two'


@pytest.mark.parametrize(
    ('content', 'message'),
    ((None, NO_FILE.lower()), (b' \n', 'is empty'), (b'\xff', 'it is not text')),
)
def test_a_token_file_that_is_no_good(tmp_path, content, message):
    file = tmp_path / 'token'
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AccessError, match=message):
        TokenFile(str(file))


def test_connect_reads_kubeconfig_and_sends_nothing(server, pki):
    flags = ConnectionFlags(
        kubeconfig=os.devnull,
        server=server.url,
        certificate_authority=str(pki / 'ca.crt'),
        namespace='ns',
        token='t',
    )
    connection = connect(flags)
    assert (connection.server, connection.namespace, connection.user) == (server.url, 'ns', '')
    assert server.requests == []
    connection.close()


CUT = b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\none'


def cut(wire):
    wire.raw(CUT)
    wire.cut()


def test_a_body_that_is_cut_once_is_requested_again(server, connection):
    server.on('/api', cut, page(b'two'), cut, cut)
    assert connection.get('/api').body == b'two'
    with pytest.raises(UnreachableError, match='ended in the middle'):
        connection.get('/api')
    assert len(server.requests) == 4


def test_an_answer_that_is_too_long_or_too_late_is_not_requested_again(
    server, connection, monkeypatch
):
    server.on('/api', page(b'x' * 5000), stream(b'x', then='hold'))
    monkeypatch.setattr(limits, 'BODY_BYTES', 4096)
    with pytest.raises(UnreachableError, match='an answer of more than 4 KiB'):
        connection.get('/api')
    monkeypatch.setattr(connection, '_timeout', 0.2)
    with pytest.raises(UnreachableError, match='no answer in time'):
        connection.get('/api')
    assert len(server.requests) == 2


@pytest.mark.parametrize('date', ('Fri, 31 Dec 9999 23:59:59 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT'))
def test_a_clock_that_is_wrong_by_centuries_is_ignored(server, connection, date):
    server.on('/api', page(b'', Date=date))
    connection.get('/api')
    assert connection.clock_offset == 0.0


@pytest.mark.parametrize('settings', ({'token_file': 'x'}, {'ca_file': 'x'}, {'cert_file': 'x'}))
def test_a_file_of_credentials_without_end(tmp_path, monkeypatch, settings):
    monkeypatch.setattr(limits, 'CREDENTIAL_BYTES', 2048)
    path = tmp_path / 'x'
    path.write_bytes(b'x' * 2049)
    named = {field: str(path) for field in settings}
    with pytest.raises(AccessError, match='x has more than 2 KiB'):
        KubeConnection(Settings('https://a', **named))


def test_close_ends_a_plugin(connection, monkeypatch):
    closed = []
    monkeypatch.setattr(connection._provider, 'close', lambda: closed.append(1))
    connection.close()
    assert closed == [1]
