from __future__ import annotations

import contextlib
import random
import socket
import ssl
import threading
import time

import pytest

from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.transport.bio_socket import TlsSocket
from kubectl_dog.cluster.transport.raw_stream import ChunkDecoder
from kubectl_dog.cluster.transport.raw_stream import RawStream
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import SilentError
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import stream


def chunked(*parts):
    return b''.join(b'%x\r\n%s\r\n' % (len(part), part) for part in parts)


@pytest.mark.parametrize('letters', (b'a\r\n0', b'12\r\n', b'a\n'))
@pytest.mark.parametrize('seed', range(20))
def test_chunks_cut_anywhere(seed, letters):
    dice = random.Random(seed)
    parts = [bytes(dice.choices(letters, k=dice.choice((1, 2, 17, 300)))) for _ in range(20)]
    data = chunked(*parts) + b'0\r\n\r\n'
    chunks, body = ChunkDecoder(), b''
    while data:
        size = dice.choice((1, 2, 3, 50, 1000))
        body += chunks.feed(data[:size])
        data = data[size:]
    assert (body, chunks.ended) == (b''.join(parts), True)


def test_a_part_of_a_chunk_is_not_held_back():
    assert ChunkDecoder().feed(b'a\r\nfirst') == b'first'


@pytest.mark.parametrize('head', (b'5;name=value', b'5 ', b'05', b'5\t; x'))
def test_forms_of_a_length(head):
    assert ChunkDecoder().feed(head + b'\r\nhello\r\n') == b'hello'


@pytest.mark.parametrize('head', (b'', b'-5', b'+5', b'0x5', b'1_0', b'hello', b'f' * 16))
def test_what_is_no_length(head):
    with pytest.raises(CutError):
        ChunkDecoder().feed(head + b'\r\nhello\r\n')


def test_a_length_without_end_is_not_held_in_memory():
    chunks = ChunkDecoder()
    with pytest.raises(CutError):
        for _ in range(100):
            chunks.feed(b'1' * 1000)


@pytest.fixture(params=(False, True), ids=('plain', 'tls'))
def server(request, tls):
    server = Server(tls if request.param else None)
    yield server
    server.close()


@pytest.fixture
def opened(server, pki):
    connection = KubeConnection(Settings(server=server.url, ca_file=str(pki / 'ca.crt')))

    streams = []

    def opened(*scripts):
        server.on('/log', *scripts)
        streams.append(connection.stream('/log', (), 5.0))
        return streams[-1]

    yield opened
    for opened_stream in streams:
        opened_stream.close()
    connection.close()


def body(reader):
    parts = []
    while True:
        part = reader.read()
        if not part:
            return b''.join(parts)
        parts.append(part)


@pytest.mark.parametrize('whole', (True, False), ids=('chunked', 'close-delimited'))
def test_megabytes(opened, whole):
    parts = [bytes([number % 256]) * (number * 97) for number in range(1, 300)]
    reader = opened(stream(*parts, chunked=whole))
    assert isinstance(reader, RawStream)
    assert body(reader) == b''.join(parts)


def test_a_connection_is_used_again_after_an_end(opened, server):
    for _ in range(3):
        reader = opened(stream(b'one\n'))
        assert body(reader) == b'one\n'
        reader.close()
    assert {request.connection for request in server.requests} == {0}


@pytest.mark.parametrize('ending', ('hold', 'cut'))
def test_a_connection_is_not_used_again_before_the_end(opened, server, ending):
    for _ in range(2):
        reader = opened(stream(b'one\n', then=ending))
        assert reader.read() == b'one\n'
        reader.close()
    assert [request.connection for request in server.requests] == [0, 1]


@pytest.mark.parametrize('ending', ('cut', 'reset'))
def test_a_cut(opened, ending):
    reader = opened(stream(b'one\n', then=ending))
    assert reader.read() == b'one\n'
    with pytest.raises(CutError):
        reader.read()


def test_silence(opened):
    reader = opened(stream(b'one\n', then='hold'))
    assert reader.read() == b'one\n'
    reader.set_read_timeout(0.05)
    with pytest.raises(SilentError):
        reader.read()


@pytest.mark.parametrize('server', (True,), indirect=True)
def test_a_close_delimited_end_without_a_goodbye_in_tls_is_a_cut(opened):
    reader = opened(stream(b'one\n', chunked=False, then='cut'))
    assert reader.read() == b'one\n'
    with pytest.raises(CutError):
        reader.read()


def test_stops_while_lines_pour_in(opened):
    def pour(wire):
        wire.head()
        while True:
            wire.send(b'line\n' * 10)

    reader = opened(pour)
    reader.read()
    began = time.monotonic()
    stopper = threading.Timer(0.05, reader.stop)
    stopper.start()
    with contextlib.suppress(CutError):
        body(reader)
    stopper.join()
    assert time.monotonic() - began < 2


@pytest.fixture
def shaken(pki, tls):
    """A handshake over a socket pair: our side and the other."""
    sockets = []

    def shake(version=ssl.TLSVersion.TLSv1_3, trust=True):
        tls.minimum_version = tls.maximum_version = version
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if trust:
            context.load_verify_locations(pki / 'ca.crt')
        ours, theirs = socket.socketpair()
        sockets.extend((ours, theirs))
        other = []

        def answer():
            with contextlib.suppress(OSError):
                other.append(tls.wrap_socket(theirs, server_side=True))

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            tls_sock = TlsSocket(ours, context, 'api.test')
        finally:
            thread.join(5)
            sockets.extend(other)
        sockets.append(tls_sock)
        return tls_sock, other[0]

    yield shake
    for sock in sockets:
        sock.close()


VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@pytest.mark.parametrize('version', VERSIONS)
def test_both_ways_and_the_goodbye(shaken, version):
    ours, theirs = shaken(version)
    assert theirs.version() == {VERSIONS[0]: 'TLSv1.2', VERSIONS[1]: 'TLSv1.3'}[version]
    ours.sendall(b'x' * 100_000)
    got = b''
    while len(got) < 100_000:
        got += theirs.recv(65536)
    theirs.sendall(b'one')
    theirs.sendall(b'two')
    assert ours.drain() in (b'one', b'onetwo')
    theirs.settimeout(0)
    with contextlib.suppress(ssl.SSLError):
        theirs.unwrap()
    assert [*iter(ours.drain, b'')] in ([], [b'two'])
    assert not ours.ragged


def test_an_end_without_goodbye_is_told(shaken):
    ours, theirs = shaken()
    theirs.sendall(b'one')
    theirs.shutdown(socket.SHUT_RDWR)
    assert (ours.drain(), ours.drain(), ours.drain()) == (b'one', b'', b'')
    assert ours.ragged


def test_garbage_in_the_middle_is_an_error_after_what_was_good(shaken):
    ours, theirs = shaken()
    theirs.sendall(b'one')
    raw = socket.socket(fileno=theirs.detach())
    with raw:
        raw.sendall(b'no record at all, but long enough to look like one')
        time.sleep(0.05)
        assert ours.drain() == b'one'
        with pytest.raises(ssl.SSLError):
            ours.drain()


def test_records_larger_than_what_is_read_at_once(shaken):
    ours, theirs = shaken()
    theirs.sendall(b'x' * 16_000)
    theirs.sendall(b'y' * 16_000)
    got = b''
    while len(got) < 32_000:
        got += ours.drain()
    assert got == b'x' * 16_000 + b'y' * 16_000


def test_a_file_on_top(shaken):
    ours, theirs = shaken()
    theirs.sendall(b'one\ntwo\n')
    with ours.makefile('rb') as file:
        assert (file.readline(), file.readline()) == (b'one\n', b'two\n')


def test_a_failed_handshake_closes_the_socket(shaken, recwarn):
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(trust=False)


def test_a_reset_in_the_handshake_closes_the_socket():
    listener = socket.create_server(('127.0.0.1', 0))
    with listener:
        plain = socket.create_connection(listener.getsockname())
        listener.accept()[0].close()
        with pytest.raises(OSError):
            TlsSocket(plain, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), 'api.test')
        assert plain.fileno() == -1
