from __future__ import annotations

import base64
import socket
import sys
import threading

import pytest

from kubectl_dog.cluster.client_config.resolve import resolve_settings
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.transport import proxy
from kubectl_dog.cluster.transport.bio_socket import TlsSocket
from kubectl_dog.cluster.transport.route import Route
from kubectl_dog.cluster.transport.route import TrackedSockets
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import page
from tests.unit.cluster.server import stream


@pytest.mark.parametrize(
    ('server', 'env', 'chosen'),
    (
        ('https://a', {'HTTPS_PROXY': 'http://p'}, 'http://p'),
        ('https://a', {'https_proxy': 'p:1'}, 'http://p:1'),
        ('https://a', {'HTTPS_PROXY': 'http://p', 'https_proxy': 'http://q'}, 'http://p'),
        ('https://a', {'HTTP_PROXY': 'http://p', 'ALL_PROXY': 'http://p'}, ''),
        ('http://a', {'HTTP_PROXY': 'http://p'}, 'http://p'),
        ('http://a', {'HTTPS_PROXY': 'http://p'}, ''),
        ('https://a', {'HTTPS_PROXY': 'http://p', 'NO_PROXY': 'a'}, ''),
        ('https://a', {'HTTPS_PROXY': 'http://p', 'no_proxy': 'a'}, ''),
        ('https://a', {}, ''),
        ('https://localhost', {'HTTPS_PROXY': 'http://p'}, ''),
        ('https://127.0.0.9:1', {'HTTPS_PROXY': 'http://p'}, ''),
        ('https://[::1]:1', {'HTTPS_PROXY': 'http://p'}, ''),
    ),
)
def test_the_environment(server, env, chosen):
    assert proxy.choose_proxy(Settings(server), env) == chosen


def test_proxy_url_goes_before_the_environment():
    settings = Settings('https://a', proxy_url='socks5://q')
    assert (
        proxy.choose_proxy(settings, {'HTTPS_PROXY': 'http://p', 'NO_PROXY': '*'}) == 'socks5://q'
    )


@pytest.mark.parametrize(
    ('host', 'rules', 'expected'),
    (
        ('a.b', 'a.b', True),
        ('A.b.', 'a.B', True),
        ('x.a.b', 'a.b', True),
        ('x.a.b', '.a.b', True),
        ('a.b', '.a.b', False),
        ('x.a.b', '*.a.b', True),
        ('a.b', '*.a.b', False),
        ('xa.b', 'a.b', False),
        ('a.b', 'c, ,a.b:443', True),
        ('a.b', 'a.b:444', False),
        ('a.b', ':443', False),
        ('a.b', '*', True),
        ('a.b', '10.0.0.0/8', False),
        ('10.1.2.3', '10.0.0.0/8', True),
        ('10.1.2.3', '11.0.0.0/8', False),
        ('10.1.2.3', '10.1.2.3', True),
        ('10.1.2.3', '10.1.2.3:443', True),
        ('10.1.2.3', '10.1.2.3:1', False),
        ('10.1.2.3', '10.1.2.3/40', False),
        ('fd00::1', 'fd00::/8', True),
        ('fd00::1', '[fd00::1]:443', True),
        ('fd00::1', 'fd00::1', True),
        ('fd00::1', 'fd00::2', False),
    ),
)
def test_no_proxy(host, rules, expected):
    assert proxy.bypassed(host, 443, rules) is expected


@pytest.mark.parametrize('address', ('ftp://p', 'http://', 'http://p:x', 'p', 'http://p:0'))
def test_an_address_that_is_none_is_not_shown(address):
    with pytest.raises(AccessError, match=r'^invalid --proxy-url: use'):
        resolve_settings(
            ConnectionFlags(server='https://a', proxy_url=address, token='t'),
            {'KUBECONFIG': 'none'},
        )
    with pytest.raises(AccessError, match=r'^invalid HTTPS_PROXY: use'):
        proxy.choose_proxy(Settings('https://a'), {'HTTPS_PROXY': f'ftp://{address}'})


class Proxy:
    """Takes one connection, notes what it says first, answers, and leads it to a port."""

    def __init__(self, answer, port, tls=None):
        self.heads = []
        self.tls = tls
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'http{"s" if tls else ""}://127.0.0.1:{self.listener.getsockname()[1]}'
        self.answer, self.port = answer, port
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        sock, _ = self.listener.accept()
        if self.tls:
            try:
                sock = self.tls.wrap_socket(sock, server_side=True)
            except OSError:
                return
        with sock, socket.create_connection(('127.0.0.1', self.port)) as server:
            self.heads.append(sock.recv(4096))
            if self.answer:
                sock.sendall(self.answer)
            else:
                server.sendall(self.heads[0])
            back = threading.Thread(target=relay, args=(server, sock), daemon=True)
            back.start()
            relay(sock, server)
            back.join()

    def close(self):
        self.thread.join(5)
        self.listener.close()


def relay(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_a_tunnel_with_a_password(server, pki):
    server.on('/api', page(b'one'))
    way = Proxy(b'HTTP/1.1 200 OK\r\n\r\n', server.port)
    address = way.url.replace('http://', 'http://joe:p%40ss@')
    settings = Settings('https://api.test', ca_file=str(pki / 'ca.crt'), proxy_url=address)
    connection = KubeConnection(settings)
    assert connection.get('/api').body == b'one'
    connection.close()
    way.close()
    head = way.heads[0].decode()
    assert head.startswith('CONNECT api.test:443 HTTP/1.')
    assert base64.b64encode(b'joe:p@ss').decode() in head
    assert 'authorization' not in server.requests[0].headers


def test_a_proxy_that_refuses_is_named_without_its_password(server, pki):
    way = Proxy(b'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', server.port)
    address = way.url.replace('http://', 'http://joe:secret@')
    connection = KubeConnection(Settings('https://api.test', proxy_url=address))
    with pytest.raises(UnreachableError) as raised:
        connection.get('/api')
    connection.close()
    way.close()
    assert '407 Proxy Authentication Required' in str(raised.value)
    assert f'(through the proxy {way.url})' in str(raised.value)
    assert 'secret' not in str(raised.value)


@pytest.mark.parametrize('secure', (False, True))
def test_a_proxy_for_plain_http_gets_the_address_of_the_server(pki, tls, secure):
    server = Server()
    server.on('/x/api', page(b'one'))
    way = Proxy(b'', server.port, tls if secure else None)
    address = way.url.replace('://', '://joe:p%40ss@')
    settings = Settings('http://a.test:8001/x', ca_file=str(pki / 'ca.crt'), proxy_url=address)
    connection = KubeConnection(settings)
    assert connection.get('/api').body == b'one'
    connection.close()
    way.close()
    server.close()
    head = way.heads[0].decode()
    assert head.startswith('GET http://a.test:8001/x/api HTTP/1.1\r\nHost: a.test:8001\r\n')
    assert f'Proxy-Authorization: Basic {base64.b64encode(b"joe:p@ss").decode()}\r\n' in head


def test_tls_in_the_tls_of_a_proxy(server, pki, tls):
    server.on('/log', stream(b'one\n', b'x' * 100_000))
    way = Proxy(b'HTTP/1.1 200 OK\r\n\r\n', server.port, tls)
    # The certificate is for both names.
    settings = Settings('https://api.test', ca_file=str(pki / 'ca.crt'), proxy_url=way.url)
    connection = KubeConnection(settings)
    opened = connection.stream('/log', (), 5.0)
    assert isinstance(opened._sock, TlsSocket)
    assert b''.join(iter(opened.read, b'')) == b'one\n' + b'x' * 100_000
    opened.close()
    connection.close()
    way.close()


def test_a_proxy_with_tls_is_trusted_as_the_server_is(server, tls):
    way = Proxy(b'', server.port, tls)
    connection = KubeConnection(Settings('https://api.test', proxy_url=way.url))
    with pytest.raises(UnreachableError, match='signed by an unknown authority'):
        connection.get('/api')
    connection.close()
    way.close()


def test_a_socks_proxy_that_is_down_is_named():
    pytest.importorskip('socks')
    settings = Settings('https://api.test', proxy_url='socks5://127.0.0.1:1', insecure=True)
    connection = KubeConnection(settings)
    with pytest.raises(
        UnreachableError, match=r'refused.*\(through the proxy socks5://127.0.0.1:1\)'
    ):
        connection.get('/api')
    connection.close()


class SocksProxy(Proxy):
    """Checks the password and notes the name and the port that it shall connect to."""

    def run(self):
        sock, _ = self.listener.accept()
        with sock, socket.create_connection(('127.0.0.1', self.port)) as server:
            self.heads.append(sock.recv(100))  # which methods
            sock.sendall(b'\x05\x02')
            self.heads.append(sock.recv(100))  # name and password
            sock.sendall(b'\x01\x00')
            self.heads.append(sock.recv(100))  # the server
            sock.sendall(b'\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00')
            back = threading.Thread(target=relay, args=(server, sock), daemon=True)
            back.start()
            relay(sock, server)
            back.join()


def test_a_socks_proxy_resolves_the_name(server, pki):
    pytest.importorskip('socks')
    server.on('/api', page(b'one'))
    way = SocksProxy(b'', server.port)
    address = way.url.replace('http://', 'socks5://joe:p%40ss@')
    connection = KubeConnection(
        Settings('https://api.test', ca_file=str(pki / 'ca.crt'), proxy_url=address)
    )
    assert connection.get('/api').body == b'one'
    connection.close()
    way.close()
    assert way.heads[1:] == [b'\x01\x03joe\x04p@ss', b'\x05\x01\x00\x03\x08api.test\x01\xbb']


def test_socks_without_pysocks(monkeypatch):
    monkeypatch.setitem(sys.modules, 'socks', None)
    with pytest.raises(AccessError, match=r"needs PySocks: pip install 'kubectl-dog\[socks\]'"):
        Route(Settings('https://a', proxy_url='socks5://p'), TrackedSockets())


def test_a_proxy_whose_name_is_unknown_is_named_and_not_the_server(monkeypatch):
    def fail(*_):
        raise socket.gaierror(-2, 'Name or service not known')

    monkeypatch.setattr(socket, 'create_connection', fail)
    connection = KubeConnection(Settings('https://api.test', proxy_url='http://proxy.test:3128'))
    with pytest.raises(
        UnreachableError, match=r'unknown host "proxy\.test" of the proxy; check proxy-url'
    ):
        connection.get('/api')
    connection.close()
