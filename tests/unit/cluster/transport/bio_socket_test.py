from __future__ import annotations

import gc
import socket
import ssl
import struct
import time
from http.client import HTTPException

import pytest

from kubectl_dog.cluster.transport.bio_socket import LimitedSocket
from kubectl_dog.cluster.transport.bio_socket import TlsSocket
from kubectl_dog.model import limits


def test_a_socket_that_is_reset_before_its_handshake_is_closed():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with socket.create_server(('127.0.0.1', 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        theirs.close()
        time.sleep(0.02)
        with pytest.raises(ConnectionResetError):
            TlsSocket(ours, context, 'h')
    gc.collect()  # an unclosed socket would warn


@pytest.fixture
def pair():
    plain, theirs = socket.socketpair()
    with LimitedSocket(plain) as ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize(
    'read', (lambda sock: sock.recv(1), lambda sock: sock.recv_into(bytearray(1)))
)
def test_data_that_come_too_late_are_not_read(pair, read):
    ours, theirs = pair
    theirs.sendall(b'ab')
    ours.limit_answer(time.monotonic() + 60, 60.0)
    assert read(ours)
    ours.limit_answer(time.monotonic() - 1, 60.0)
    with pytest.raises(socket.timeout):
        read(ours)
    ours.set_read_timeout(60.0)
    assert read(ours)


def test_the_head_of_an_answer_has_a_limit(pair, monkeypatch):
    monkeypatch.setattr(limits, 'HEAD_BYTES', 10)
    ours, theirs = pair
    theirs.sendall(b'x' * 50)
    for _ in range(2):
        # Each answer begins anew.
        ours.limit_answer(time.monotonic() + 60, 60.0)
        ours.recv_into(bytearray(10))
    with pytest.raises(HTTPException, match='its headers have more than'):
        ours.recv_into(bytearray(1))
    ours.set_read_timeout(60.0)
    assert ours.recv_into(bytearray(20)) == 20
