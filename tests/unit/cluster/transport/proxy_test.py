from __future__ import annotations

import base64
import socket
import sys
import threading

import pytest

from kubectl_dog.cluster.client_config.resolve import resolve_settings
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.transport import pools
from kubectl_dog.cluster.transport import proxy
from kubectl_dog.cluster.transport.tracked_sockets import TrackedSockets
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from tests.unit.cluster.server import page


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
    with pytest.raises(AccessError, match=r'^--proxy-url is no address of a proxy'):
        resolve_settings(
            ConnectionFlags(server='https://a', proxy_url=address, token='t'),
            {'KUBECONFIG': 'none'},
        )
    with pytest.raises(AccessError, match=r'^HTTPS_PROXY is no address of a proxy'):
        proxy.choose_proxy(Settings('https://a'), {'HTTPS_PROXY': f'ftp://{address}'})


class Proxy:
    """Takes one connection, notes what it says first, answers, and leads it to a port."""

    def __init__(self, answer, port):
        self.heads = []
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}'
        self.answer, self.port = answer, port
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        sock, _ = self.listener.accept()
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
    assert f'(by the proxy {way.url})' in str(raised.value)
    assert 'secret' not in str(raised.value)


def test_plain_http_by_a_proxy_names_the_server(monkeypatch):
    settings = Settings('http://a.test:8001/x', proxy_url='http://127.0.0.1:1')
    pool = pools.create_pool(settings, TrackedSockets())
    assert pools.url_prefix(pool, settings) == 'http://a.test:8001/x'
    pool.close()


def test_socks(server, pki):
    pytest.importorskip('socks')
    server.on('/api', page(b'one'))
    way = Proxy(b'', server.port)
    way.run = None
    settings = Settings(
        'https://api.test', ca_file=str(pki / 'ca.crt'), proxy_url='socks5://127.0.0.1:1'
    )
    pool = pools.create_pool(settings, TrackedSockets())
    assert pools.describe_proxy(pool.conn_kw, pool.proxy) == 'socks5://127.0.0.1:1'
    pool.close()
    connection = KubeConnection(settings)
    with pytest.raises(UnreachableError, match=r'refused.*\(by the proxy socks5://127.0.0.1:1\)'):
        connection.get('/api')
    connection.close()
    socket.create_connection(('127.0.0.1', way.listener.getsockname()[1])).close()
    way.close()


def test_socks_without_pysocks(monkeypatch):
    monkeypatch.setitem(sys.modules, 'socks', None)
    monkeypatch.delitem(sys.modules, 'urllib3.contrib.socks', raising=False)
    with pytest.raises(AccessError, match=r"needs PySocks: pip install 'kubectl-dog\[socks\]'"):
        pools.create_pool(Settings('https://a', proxy_url='socks5://p'), TrackedSockets())
