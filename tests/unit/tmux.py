"""A terminal for tests: tmux, which keeps what scrolls out of its screen."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
import uuid

import pytest

# These tests mostly wait, so that they run on the oldest and the newest Python only.
needs_tmux = pytest.mark.skipif(
    not shutil.which('tmux') or (3, 10) <= sys.version_info < (3, 13),
    reason='tmux is not installed, or this Python is neither the oldest nor the newest.',
)
PROGRAM = (sys.executable, '-m', 'kubectl_dog')
# Seconds: for a busy machine.
LIMIT = 30.0
_SETTINGS = """
set -g history-limit 50000
set -g status off
set -g default-terminal tmux-256color
set -s escape-time 0
"""
_LEFT_OUT = ('CI', 'TMUX', 'TMUX_PANE')


class Terminal:
    """A terminal in which a shell runs; `environment` is added to that of the tests."""

    def __init__(self, folder, columns=80, rows=24, environment=()):
        self._script = folder / 'start.sh'
        settings = folder / 'tmux.conf'
        settings.write_text(_SETTINGS, encoding='utf-8')
        env = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        path = os.pathsep.join(filter(None, sys.path))
        self._env = {
            **env, 'PYTHONPATH': path, 'LC_ALL': 'C.UTF-8', **dict(environment),
        }  # fmt: skip
        self._tmux = ('tmux', '-L', f'kubectl-dog-{uuid.uuid4().hex}', '-f', str(settings))
        size = ('-x', str(columns), '-y', str(rows))
        self.tmux('new-session', '-d', *size, 'bash --norc --noprofile -i')
        try:
            # The prompt differs between shells and users.
            self.wait_for('')
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux('kill-server')

    def tmux(self, *words):
        """Run a command of tmux; returns what it prints."""
        done = subprocess.run(
            [*self._tmux, *words], env=self._env, capture_output=True, text=True, check=True
        )
        return done.stdout

    def start(self, *words, program=PROGRAM):
        """Start a program; its exit code is printed after it.

        The screen never shows the command line, in which a test might find what it waits for.
        """
        command = shlex.join((*program, *words))
        self._script.write_text(f'clear\n{command}\necho "exit=$?"\n', encoding='utf-8')
        self.type(f'. {shlex.quote(str(self._script))}\n')

    def type(self, text):
        """Type text; a line feed is the Enter key."""
        for part in text.splitlines(keepends=True):
            if part.rstrip('\n'):
                self.tmux('send-keys', '-l', part.rstrip('\n'))
            if part.endswith('\n'):
                self.tmux('send-keys', 'Enter')

    def press(self, key):
        """Press a key, such as `C-c`."""
        self.tmux('send-keys', key)

    def resize(self, columns, rows):
        """Change the size of the window."""
        self.tmux('resize-window', '-x', str(columns), '-y', str(rows))

    def screen(self):
        """The rows of the screen, without the empty ones at its end."""
        return self.tmux('capture-pane', '-p').rstrip('\n').split('\n')

    def scrollback(self, *flags):
        """All lines since the beginning, with colours; wrapped ones are several with `-J`."""
        return self.tmux('capture-pane', '-p', '-e', '-S', '-', *flags)

    def is_cursor_visible(self):
        """Whether the cursor is shown."""
        return self.tmux('display-message', '-p', '#{cursor_flag}') == '1\n'

    def wait_for(self, text, limit=LIMIT):
        """Wait until a text is on the screen; returns the rows."""
        end = time.monotonic() + limit
        while True:
            rows = self.screen()
            if any(text in row for row in rows if row):
                return rows
            assert time.monotonic() < end, f'no {text!r} on the screen: {rows}'
            time.sleep(0.05)

    def wait_for_rows(self, count, limit=LIMIT):
        """Wait until the screen has so many rows: tmux shows a frame that is half drawn, too."""
        end = time.monotonic() + limit
        while len(self.screen()) < count:
            assert time.monotonic() < end, f'not {count} rows: {self.screen()}'
            time.sleep(0.05)
        return self.screen()

    def code(self):
        """The exit code of the program, when it has ended."""
        row = next(row for row in self.wait_for('exit=') if row.startswith('exit='))
        return int(row[len('exit=') :])
