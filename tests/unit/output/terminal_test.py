from __future__ import annotations

import io
import os
import struct
from types import SimpleNamespace

from kubectl_dog.output.live import Size
from kubectl_dog.output.terminal import StreamTerminal
from tests.unit.needs import posix


@posix
def test_a_terminal():
    import fcntl
    import termios

    read, write = os.openpty()
    fcntl.ioctl(write, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))
    with open(write, 'w', encoding='utf-8') as stream:
        terminal = StreamTerminal(stream)
        terminal.write('✓ a\n')
        assert os.read(read, 100) == '✓ a\r\n'.encode()
        assert terminal.size() == Size(100, 30)
        assert terminal.encode('✓') == '✓'
        # It does not control this process.
        assert terminal.is_ours()
    os.close(read)
    assert terminal.size() == Size(0, 0)


def test_a_terminal_without_unicode():
    stream = SimpleNamespace(encoding='ascii', fileno=lambda: 99, isatty=lambda: True)
    assert StreamTerminal(stream).encode('✓ web…') == '+ web...'


def test_no_terminal_has_no_size():
    assert StreamTerminal(io.StringIO()).size() == Size(0, 0)
