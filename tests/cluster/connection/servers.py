"""An API server that records the identities of its clients, an identity provider, and proxies."""

from __future__ import annotations

import base64
import contextlib
import json
import select
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs


class Web(ThreadingHTTPServer):
    """A server; `answer(handler)` returns status and JSON, `seen` records the requests."""

    daemon_threads = True

    def __init__(self, answer, pki=None, certificate='server', host='127.0.0.1'):
        self.address_family = socket.AF_INET6 if ':' in host else socket.AF_INET
        super().__init__((host, 0), _Handler)
        self.answer = answer
        self.context = _context(pki, certificate) if pki else None
        self.seen = []
        self.paths = []
        self.zipped = None
        name = f'[{host}]' if ':' in host else host
        self.url = f'http{"s" if pki else ""}://{name}:{self.server_port}'
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def finish_request(self, request, client_address):
        # The handshake is done in the connection's thread, as a client may never begin one.
        if not self.context:
            super().finish_request(request, client_address)
            return
        request.settimeout(20)
        with self.context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request, client_address):
        """Ignore clients that hang up: some rows test that."""

    def close(self):
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        length = int(self.headers.get('Content-Length') or 0)
        self.form = {
            key: values[0] for key, values in parse_qs(self.rfile.read(length).decode()).items()
        }
        status, body = self.server.answer(self)
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *arguments):
        """Print nothing."""


def api(pki=None, refuse=(), slow=0.0, **more):
    """An API server that accepts all clients, except for the headers in `refuse` (401)."""

    def answer(handler):
        time.sleep(slow)
        handler.server.seen.append(_identity(handler))
        handler.server.paths.append(handler.path)
        handler.server.zipped = 'gzip' in (handler.headers.get('Accept-Encoding') or '')
        if handler.headers.get('Authorization') in refuse:
            return 401, {
                'kind': 'Status',
                'apiVersion': 'v1',
                'code': 401,
                'message': 'Unauthorized',
            }
        return 200, {'major': '1', 'minor': '37', 'gitVersion': 'v1.37.2'}

    return Web(answer, pki, **more)


def _identity(handler):
    """The identity of the client as one line."""
    parts = []
    if isinstance(handler.connection, ssl.SSLSocket):
        certificate = handler.connection.getpeercert()
        for part in certificate.get('subject', ()) if certificate else ():
            parts.append(f'certificate {dict(part)["commonName"]}')
    header = handler.headers.get('Authorization')
    if header and header.startswith('Basic '):
        header = f'Basic {base64.b64decode(header[6:]).decode()}'
    if header:
        parts.append(header)
    for name, value in sorted(handler.headers.items()):
        if name.lower().startswith('impersonate-'):
            text = value.encode('latin-1').decode()
            parts.append(f'{name.lower()[12:]}: {text}')
    return ', '.join(parts) or 'nobody'


def jwt(seconds, name):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b'=').decode()

    return f'{part({"alg": "none"})}.{part({"exp": time.time() + seconds, "sub": name})}.x'


def provider(pki, token, accept=lambda handler: True, **more):
    """An identity provider that returns `token` to the clients that it accepts."""

    def answer(handler):
        if handler.path == '/.well-known/openid-configuration':
            return 200, {'token_endpoint': f'{handler.server.url}/token'}
        handler.server.seen.append((handler.headers.get('Authorization'), handler.form))
        if not accept(handler):
            return 401, {'error': 'invalid_client'}
        return 200, {'access_token': 'a', 'token_type': 'Bearer', 'id_token': token}

    return Web(answer, pki, **more)


class Proxy:
    """CONNECT (also behind TLS) and SOCKS5 on one port; every name leads to `target`'s port."""

    def __init__(self, target, pki=None):
        self.seen = []
        self._target = target
        self._context = _context(pki, 'server') if pki else None
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        with (
            contextlib.suppress(OSError, IndexError, ValueError),
            sock,
            self._secure(sock) as stream,
        ):
            first = stream.recv(4096)
            (self._socks if first[0] == 5 else self._connect)(stream, first)
            with socket.create_connection(('127.0.0.1', self._target.server_port)) as server:
                _relay(stream, server)

    def _secure(self, sock):
        return self._context.wrap_socket(sock, server_side=True) if self._context else sock

    def _socks(self, sock, first):
        sock.sendall(b'\5\0')
        asked = sock.recv(4096)
        size = asked[4]
        host = asked[5 : 5 + size].decode() if asked[3] == 3 else socket.inet_ntoa(asked[4:8])
        self.seen.append(f'SOCKS5 {"name" if asked[3] == 3 else "address"} {host}')
        sock.sendall(b'\5\0\0\1\0\0\0\0\0\0')

    def _connect(self, sock, head):
        lines = head.decode().split('\r\n')
        for line in lines:
            if line.lower().startswith('proxy-authorization: basic '):
                self.seen.append(f'as {base64.b64decode(line.split()[-1]).decode()}')
        target = lines[0].split()[1].rpartition(':')[0]
        self.seen.append(f'CONNECT {target}')
        sock.sendall(b'HTTP/1.1 200 OK\r\n\r\n')


def _relay(client, server):
    while True:
        ready = [client] if isinstance(client, ssl.SSLSocket) and client.pending() else []
        ready = ready or select.select([client, server], [], [], 20)[0]
        for sock in ready:
            data = sock.recv(65536)
            if not data:
                return
            (server if sock is client else client).sendall(data)
        if not ready:
            return


def _context(pki, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.path(f'{certificate}.crt'), pki.path(f'{certificate}.key'))
    context.load_verify_locations(pki.path('ca.crt'))
    # Ask for a client certificate, as API servers do, without requiring it.
    context.verify_mode = ssl.CERT_OPTIONAL
    return context
