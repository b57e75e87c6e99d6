"""Type into a shell on a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from contextlib import contextmanager

_ESCAPES = re.compile(
    r'\x1b(\[[0-9;?=>]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()=>].?)|[\r\x07]',
)


class Shell:
    """A shell on a terminal of its own; `screen` is what it has shown, without escapes."""

    def __init__(self, terminal):
        self._terminal = terminal
        self.screen = ''

    def type(self, text):
        """Presses these keys."""
        self.screen = ''
        os.write(self._terminal, text.encode())

    def shows(self, text, seconds=20):
        """Whether this comes up on the screen within these seconds."""
        end = time.monotonic() + seconds
        raw = b''
        while text not in self.screen:
            ready, _, _ = select.select([self._terminal], [], [], max(end - time.monotonic(), 0))
            if not ready:
                return False
            raw += os.read(self._terminal, 65536)
            self.screen = _ESCAPES.sub('', raw.decode('utf-8', 'replace'))
        return True


@contextmanager
def opened(command, env):
    """A shell that has been started with this command."""
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        ['setsid', '--ctty', *command], stdin=end, stdout=end, stderr=end, env=env
    )
    os.close(end)
    try:
        yield Shell(terminal)
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
