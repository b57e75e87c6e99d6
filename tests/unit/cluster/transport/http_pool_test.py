"""Keep-alive, the end of bodies, and responses that break the rules."""

from __future__ import annotations

import gzip
import socket
import zlib

import pytest

from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.transport import http_pool
from kubectl_dog.cluster.transport.http_pool import Body
from kubectl_dog.cluster.transport.http_pool import HttpPool
from kubectl_dog.cluster.transport.route import Route
from kubectl_dog.cluster.transport.route import TrackedSockets
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import UnreachableError
from tests.unit.cluster.server import Wire
from tests.unit.cluster.server import page
from tests.unit.cluster.server import until


def raw(*lines):
    """A response as it is on the wire, after which the server waits for the next request."""

    def script(wire):
        wire.raw('\r\n'.join(lines).encode())
        wire.keep = True

    return script


def read_all(response):
    return b''.join(iter(response.read, b''))


HEAD = 'HTTP/1.1 200 OK'


@pytest.mark.parametrize(
    ('response', 'body', 'reused'),
    (
        ((HEAD, 'Content-Length: 3', '', 'one'), b'one', True),
        ((HEAD, 'Content-Length: 0', '', ''), b'', True),
        (('HTTP/1.1 204 No Content', '', ''), b'', True),
        ((HEAD, 'Transfer-Encoding: chunked', '', '3', 'one', '0', '', ''), b'one', True),
        # Not the whole end of a response, or more than it.
        ((HEAD, 'Transfer-Encoding: chunked', '', '3', 'one', '0', 'X: y', '', ''), b'one', False),
        ((HEAD, 'Content-Length: 2', '', 'one'), b'on', False),
        ((HEAD, 'Content-Length: 0', '', 'HTTP/1.1 200 OK', '', ''), b'', False),
        (('HTTP/1.1 204 No Content', '', 'one'), b'', False),
        ((HEAD, 'Connection: close', 'Content-Length: 3', '', 'one'), b'one', False),
        (('HTTP/1.0 200 OK', 'Content-Length: 3', '', 'one'), b'one', False),
        # The length of chunks counts, as in RFC 9112.
        (
            (HEAD, 'Content-Length: 9', 'Transfer-Encoding: chunked', '', '3', 'one', '0', '', ''),
            b'one',
            True,
        ),
        (('HTTP/1.1 100 Continue', '', HEAD, 'Content-Length: 3', '', 'one'), b'one', True),
    ),
)
def test_a_connection_is_used_again_after_exactly_one_response(
    server, connection, response, body, reused
):
    server.on('/api', raw(*response), raw(HEAD, 'Content-Length: 3', '', 'two'))
    assert [connection.get('/api').body for _ in range(2)] == [body, b'two']
    assert [request.connection for request in server.requests] == [0, 0 if reused else 1]


@pytest.mark.parametrize(
    ('response', 'message'),
    (
        ((HEAD, 'Content-Length: 9', '', 'one'), 'the connection ended in the middle'),
        ((HEAD, 'Transfer-Encoding: chunked', '', '9', 'one'), 'ended in the middle'),
        ((HEAD, 'Transfer-Encoding: chunked', '', 'x', 'one'), 'the body is not chunked'),
        ((HEAD, f'A: {"x" * 70_000}', '', ''), 'got more than 65536 bytes'),
        ((HEAD, *(f'A{number}: x' for number in range(200)), '', ''), 'got more than 100 headers'),
        (('SSH-2.0-OpenSSH', '', ''), 'it does not use HTTP'),
        ((HEAD, 'Content-Encoding: gzip', 'Content-Length: 3', '', 'one'), 'decompress'),
        (('',), 'it closed the connection without a response'),
    ),
)
def test_a_response_that_breaks_the_rules_is_an_error(server, connection, response, message):
    def script(wire):
        raw(*response)(wire)
        wire.cut()

    server.on('/api', script, script)
    with pytest.raises(UnreachableError, match=message):
        connection.get('/api')


@pytest.mark.parametrize(
    ('encoding', 'compress'), (('gzip', gzip.compress), ('deflate', zlib.compress))
)
def test_compression_that_was_not_requested_is_undone(server, connection, encoding, compress):
    server.on('/api', page(compress(b'one'), Content_Encoding=encoding))
    assert connection.get('/api').body == b'one'
    assert server.requests[0].headers['accept-encoding'] == 'identity'


def test_the_next_request_does_not_meet_late_bytes(server, connection):
    def late(wire):
        raw(HEAD, 'Content-Length: 3', '', 'one')(wire)
        server.resume.wait(5)
        wire.raw(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake')
        server.late = True

    server.late = False
    server.on('/api', late, page(b'two'))
    assert connection.get('/api').body == b'one'
    server.resume.set()
    until(lambda: server.late)
    assert connection.get('/api').body == b'two'


def test_after_a_restart_of_the_server_no_idle_connection_is_tried_twice(server, connection):
    """All idle connections are closed only when the next request arrives."""
    server.on('/log', *[page(b'')] * 3)
    streams = [connection.stream('/log', (), 5.0) for _ in range(3)]
    for stream in streams:
        assert stream.read() == b''
        stream.close()
    server.on('/api', Wire.cut, page(b'one'))
    assert connection.get('/api').body == b'one'
    assert [request.connection for request in server.requests] == [0, 1, 2, 2, 3]


def test_few_idle_connections_are_kept(server, connection, monkeypatch):
    monkeypatch.setattr(http_pool, '_MAX_IDLE', 1)
    server.on('/log', *[page(b'')] * 4)
    streams = [connection.stream('/log', (), 5.0) for _ in range(3)]
    for stream in streams:
        assert stream.read() == b''
        stream.close()
    connection.get('/log')
    assert [request.connection for request in server.requests] == [0, 1, 2, 0]


def test_a_new_connection_that_breaks_is_not_tried_again(server, connection):
    server.on('/api', Wire.cut, page(b'one'))
    with pytest.raises(UnreachableError, match='without a response'):
        connection.get('/api')
    assert len(server.requests) == 1


@pytest.mark.parametrize('is_repeatable', (True, False))
def test_only_a_repeatable_body_is_sent_on_an_idle_connection(server, pki, is_repeatable):
    settings = Settings(server.url, ca_file=str(pki / 'ca.crt'))
    pool = HttpPool(Route(settings, TrackedSockets()))
    bodies = []

    def read_body(wire):
        bodies.append(wire.sock.recv(int(wire.request.headers['content-length'])))
        page(b'one')(wire)

    server.on('/token', page(b''), read_body)
    for body, answer in ((None, b''), (Body('POST', 'text/plain', b'a=b', is_repeatable), b'one')):
        response = pool.request('/token', (), 5.0, body)
        assert read_all(response) == answer
        response.close()
    pool.close()
    connections = [request.connection for request in server.requests]
    assert (bodies, connections) == ([b'a=b'], [0, 0 if is_repeatable else 1])
    assert server.requests[1].headers['content-type'] == 'text/plain'


def test_paths_are_encoded(server, connection):
    server.on('/a%20b%C3%BC/%2F', page(b'one'))
    assert connection.get('/a bü/%2F', (('q', 'ü &'),)).body == b'one'
    assert server.requests[0].query == {'q': 'ü &'}


def test_no_request_is_possible_after_close(server, connection):
    server.on('/api', page(b''))
    connection.close()
    with pytest.raises(UnreachableError, match='the connection was closed'):
        connection.get('/api')
    route = Route(Settings(server.url, insecure=True), connection._sockets)
    with pytest.raises(ConnectionAbortedError):
        route.connect()
    assert server.requests == []


@pytest.mark.parametrize('host', ('api.test', 'api.test.'))
def test_the_default_port_is_not_in_the_host_header(monkeypatch, server, pki, host):
    """As kubectl does; some proxies in front of servers compare the header."""
    route = Route(Settings(f'https://{host}', ca_file=str(pki / 'ca.crt')), TrackedSockets())
    address = ('127.0.0.1', server.port)
    monkeypatch.setattr(route, '_connect_plain', lambda seconds: socket.create_connection(address))
    server.on('/api', page(b''))
    HttpPool(route).request('/api', (), 5.0).close()
    assert server.requests[0].headers['host'] == host


def test_a_dead_peer_is_detected(server):
    route = Route(Settings(server.url, insecure=True), TrackedSockets())
    with route.connect() as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        if hasattr(socket, 'TCP_KEEPIDLE'):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 20


def test_a_stream_of_an_error_status_has_its_body(server, connection):
    server.on('/log', page({'code': 403}, 403), page(b'x' * 10, 500, Content_Length='20'))
    opened = connection.stream('/log', (), 5.0)
    assert (opened.status, read_all(opened)) == (403, b'{"code": 403}\n')
    opened.close()


def test_a_connection_that_was_opened_by_a_closed_pool_is_not_kept(server, pki):
    connection = KubeConnection(Settings(server.url, ca_file=str(pki / 'ca.crt')))
    server.on('/log', page(b''))
    opened = connection.stream('/log', (), 5.0)
    connection._pool.close()
    assert opened.read() == b''
    opened.close()
    assert opened._sock.fileno() == -1
    connection.close()


def test_a_cut_is_no_end_for_a_known_length(server, connection):
    server.on('/log', raw(HEAD, 'Content-Length: 9', '', 'one'))
    opened = connection.stream('/log', (), 5.0)
    assert opened.read() == b'one'
    opened.stop()
    with pytest.raises(CutError):
        opened.read()
    opened.close()
