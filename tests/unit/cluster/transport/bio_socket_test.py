from __future__ import annotations

import gc
import socket
import ssl
import struct
import time

import pytest

from kubectl_dog.cluster.transport.bio_socket import TlsSocket


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
