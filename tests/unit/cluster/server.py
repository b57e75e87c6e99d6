"""A small scriptable HTTP(S) server: each request is answered by the next script for its path."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections import deque
from email.utils import formatdate
from urllib.parse import parse_qsl
from urllib.parse import urlsplit

REASONS = {200: 'OK', 410: 'Gone', 403: 'Forbidden'}


class Request:
    def __init__(self, head, connection):
        first, *rest = head.decode().split('\r\n')
        self.method, target, _ = first.split(' ')
        parts = urlsplit(target)
        self.path = parts.path
        self.query = dict(parse_qsl(parts.query))
        self.fields = [line.partition(': ') for line in rest if line]
        self.headers = {name.lower(): value for name, _, value in self.fields}
        self.connection = connection  # counts from 0: tells whether one was used again


class Wire:
    """What a script writes to."""

    def __init__(self, sock, server, request):
        self.sock = sock
        self.server = server
        self.request = request
        self.chunked = False
        # Whether the server waits for the next request; it does after a response in chunks.
        self.keep = False

    def head(self, status=200, chunked=True, **headers):
        self.chunked = chunked
        lines = [f'HTTP/1.1 {status} {REASONS.get(status, "Whatever")}']
        headers.setdefault('Date', formatdate(time.time() + self.server.ahead, usegmt=True))
        headers.update({'Transfer-Encoding': 'chunked'} if chunked else {'Connection': 'close'})
        lines += [f'{name.replace("_", "-")}: {value}' for name, value in headers.items()]
        self.raw(('\r\n'.join(lines) + '\r\n\r\n').encode())

    def send(self, *parts):
        for part in parts:
            data = part if isinstance(part, bytes) else json.dumps(part).encode() + b'\n'
            # A chunk of nothing would be the end, and the real one the answer to the next request.
            if data:
                self.raw(b'%x\r\n%s\r\n' % (len(data), data) if self.chunked else data)

    def raw(self, data):
        self.sock.sendall(data)

    def hold(self):
        """Silence, until the client or the test is done."""
        self.server.closing.wait(20)

    def pause(self):
        """Silence until the test sets `resume`; then what the test wants."""
        self.server.resume.wait(20)
        if self.server.then:
            getattr(self, self.server.then)()

    def cut(self):
        """End the connection in the middle."""
        raise ConnectionAbortedError

    def reset(self):
        """End the connection with an error, once what was sent has been read."""
        time.sleep(0.05)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        raise ConnectionAbortedError


class Server:
    """`on(path, *scripts)`: scripts are used up in order; afterwards the path is silent."""

    def __init__(self, tls=None, port=0, scripts=None):
        self.tls = tls
        self.ahead = 0.0
        self.requests = []
        self.closing = threading.Event()
        self.resume = threading.Event()
        self.then = None
        # Who knows the port may ask before the test comes to `on`.
        self.scripts = {} if scripts is None else scripts
        self.threads = []
        self.socks = []
        self.listener = socket.create_server(('127.0.0.1', port))
        self.port = self.listener.getsockname()[1]
        self.url = f'{"https" if tls else "http"}://127.0.0.1:{self.port}'
        self._start(self._accept)

    def on(self, path, *scripts):
        self.scripts.setdefault(path, deque()).extend(scripts)

    def refuse(self):
        """No more connections; those that are open go on."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def close(self):
        self.refuse()
        self.closing.set()
        self.resume.set()
        for sock in self.socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self.threads:
            thread.join(5)

    def _start(self, target, *args):
        thread = threading.Thread(target=target, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self):
        number = 0
        while not self.closing.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socks.append(sock)
            self._start(self._serve, sock, number)
            number += 1

    def _serve(self, sock, number):
        with contextlib.suppress(OSError, ValueError):
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
                self.socks.append(sock)
            # Whoever came while the server was closing, `close` has not met.
            while not self.closing.is_set() and self._answer(sock, number):
                pass
        sock.close()

    def _answer(self, sock, number):
        head = b''
        while not head.endswith(b'\r\n\r\n'):
            byte = sock.recv(1)
            if not byte:
                return False
            head += byte
            if head == b'\x16':  # a TLS handshake
                sock.sendall(b'HTTP/1.0 400 Bad Request\r\n\r\n')
                return False
        request = Request(head, number)
        self.requests.append(request)
        scripts = self.scripts.get(request.path)
        wire = Wire(sock, self, request)
        (scripts.popleft() if scripts else silence)(wire)
        if wire.chunked:
            wire.raw(b'0\r\n\r\n')
        elif self.tls and not wire.keep:
            # Only so can a client tell the end from a cut; its own goodbye is not waited for.
            sock.settimeout(0.0)
            with contextlib.suppress(OSError):
                sock.unwrap()
        return wire.chunked or wire.keep


def silence(wire):
    wire.head()
    wire.hold()
    raise ConnectionAbortedError


def page(body, status=200, **headers):
    """A whole answer; dicts become JSON."""

    def script(wire):
        wire.head(status, **headers)
        wire.send(body)

    return script


def refuse(status, message='', reason='', **headers):
    body = {'kind': 'Status', 'code': status, 'reason': reason, 'message': message}
    return page(body, status, **headers)


def stream(*parts, chunked=True, then=None):
    """Parts one after the other; `then` is hold, cut, or None for a clean end."""

    def script(wire):
        wire.head(chunked=chunked)
        wire.send(*parts)
        if then:
            getattr(wire, then)()

    return script


def until(true):
    """Wait for something that another thread does."""
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline, 'it never happened'
        time.sleep(0.002)
