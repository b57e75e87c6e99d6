"""Manifests by URL, from a server on loopback."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer

import pytest

from kubectl_dog.manifests import url_fetch
from kubectl_dog.manifests.manifest_files import read
from kubectl_dog.model.errors import UserError

YAML = b'{apiVersion: v1, kind: Secret, metadata: {name: a}}'


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.logins.append(self.headers.get('Authorization'))
        if self.path == '/moved':
            self.send_response(302)
            self.send_header('Location', '/good')
            self.end_headers()
            return
        if self.path == '/elsewhere':
            self.send_response(302)
            self.send_header('Location', f'{self.server.url}/good')
            self.end_headers()
            return
        if self.path == '/round':
            self.send_response(302)
            self.send_header('Location', '/round')
            self.end_headers()
            return
        if self.path == '/busy':
            self.send_response(503)
            self.send_header('Retry-After', '0')
            self.end_headers()
            return
        self.send_response({'/missing': 404, '/empty': 204}.get(self.path, 200))
        if self.path == '/short':
            self.send_header('Content-Length', '1000')
        self.end_headers()
        if self.path == '/slow':
            for _ in range(40):
                self.wfile.write(b'#\n')
                self.wfile.flush()
                time.sleep(0.05)
        self.wfile.write(YAML)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ('http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'):
        monkeypatch.delenv(name, raising=False)
    http_server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    http_server.asked, http_server.logins = [], []
    http_server.url = f'http://127.0.0.1:{http_server.server_port}'
    threading.Thread(target=http_server.serve_forever, daemon=True).start()
    yield http_server
    http_server.shutdown()
    http_server.server_close()


@pytest.mark.parametrize('path', ('/good', '/moved'))
def test_a_url_is_read_like_a_file(server, path):
    [(place, obj)] = read([server.url + path])
    assert obj['metadata']['name'] == 'a'
    assert str(place) == f'{server.url}{path}, document 1 (line 1)'


@pytest.mark.parametrize(
    ('path', 'message'),
    (
        ('/missing', 'the server answers 404'),
        ('/busy', 'the server answers 503'),
        ('/empty', 'the server answers 204'),
        ('/round', 'too many redirects'),
        ('/short', 'the connection ended in the middle'),
    ),
)
def test_missing_url_is_an_error(server, path, message):
    with pytest.raises(UserError, match=f'cannot read {server.url}{path}: {message}'):
        url_fetch.fetch(server.url + path)


@pytest.mark.parametrize(
    'url', ('http://127.0.0.1:1/x', 'https://127.0.0.1:1/x', 'http://[/', 'http://')
)
def test_unreachable_server_is_an_error(server, url):
    with pytest.raises(UserError, match=r'^cannot read http') as raised:
        url_fetch.fetch(url)
    assert 'Connection(' not in str(raised.value)


def test_https_is_verified(server):
    with pytest.raises(UserError, match='cannot read https'):
        url_fetch.fetch(server.url.replace('http:', 'https:'))


@pytest.mark.parametrize(
    ('url', 'location', 'message'),
    (
        (
            'https://here/x',
            'http://elsewhere/x',
            'which is not secured by TLS',
        ),
        ('http://here/x', 'ftp://elsewhere/x', "'ftp://elsewhere/x': only https and http"),
        ('http://here/x', 'file:///etc/passwd', 'only https and http are supported'),
    ),
)
def test_redirects_that_are_not_followed(url, location, message):
    with pytest.raises(UserError, match=message):
        url_fetch.check_redirect(url, location)


def test_there_is_an_end_to_size_and_time(server, monkeypatch):
    with pytest.raises(UserError, match='it takes longer than 0 seconds'):
        url_fetch.fetch(f'{server.url}/slow', timeout=0.3)
    monkeypatch.setattr(url_fetch, 'LARGEST', 10)
    with pytest.raises(UserError, match='larger than'):
        url_fetch.fetch(f'{server.url}/good')


def test_the_proxy_of_the_environment_is_used_but_not_for_those_it_excepts(server, monkeypatch):
    monkeypatch.setenv('http_proxy', server.url)
    assert url_fetch.fetch('http://files.invalid/x') == YAML
    assert server.asked == ['http://files.invalid/x']
    monkeypatch.setenv('no_proxy', 'files.invalid')
    with pytest.raises(UserError):
        url_fetch.fetch('http://files.invalid/x')
    assert len(server.asked) == 1


def test_the_login_of_a_url_is_sent_to_its_host_only_and_is_in_no_message(server):
    with_login = server.url.replace('://', '://app:hunter2%21@')
    login = 'Basic YXBwOmh1bnRlcjIh'
    [(place, _)] = read([f'{with_login}/moved'])
    shown = server.url.replace('://', '://redacted@')
    assert str(place) == f'{shown}/moved, document 1 (line 1)'
    url_fetch.fetch(f'{with_login}/elsewhere')
    assert server.logins == [login, login, login, None]
    for url in (f'{with_login}/missing', 'http://app:hunter2@127.0.0.1:1/', 'http://a:hunter2@[/'):
        with pytest.raises(UserError, match='cannot read http') as raised:
            url_fetch.fetch(url)
        assert 'hunter2' not in str(raised.value)
