from __future__ import annotations

import io
import os
import re
import struct
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from kubectl_dog.cli import progress
from kubectl_dog.cli.main import main
from kubectl_dog.output import live
from kubectl_dog.output.stream_writer import OutputClosedError
from tests.unit import recordings
from tests.unit.needs import posix
from tests.unit.output.screen import Screen

COLOURS = re.compile(r'\x1b\[[0-9;]*m')
DEMO = ('demo', 'twelve-services', '--speed', '10')


@pytest.mark.parametrize(
    ('choice', 'environment', 'terminal', 'output_format', 'is_live'),
    (
        ('auto', {'TERM': 'xterm'}, True, 'plain', True),
        ('auto', {'CI': '', 'AGENT': ''}, True, 'plain', True),
        ('auto', {}, False, 'plain', False),
        ('auto', {}, True, 'json', False),
        ('auto', {'TERM': 'dumb'}, True, 'plain', False),
        ('auto', {'CI': 'true'}, True, 'plain', False),
        *(
            ('auto', {name: '1'}, True, 'plain', False)
            for name in (
                'AI_AGENT',
                'AGENT',
                'CLAUDECODE',
                'CURSOR_AGENT',
                'GEMINI_CLI',
                'CODEX_SANDBOX',
                'OPENCODE',
            )
        ),
        ('plain', {}, True, 'plain', False),
        ('live', {'CI': 'true', 'CLAUDECODE': '1'}, True, 'plain', True),
        ('live', {}, False, 'plain', False),
        ('live', {'TERM': 'dumb'}, True, 'plain', False),
        ('live', {}, True, 'json', False),
    ),
)
def test_where_the_view_is_live(choice, environment, terminal, output_format, is_live):
    assert progress.is_live(choice, environment, terminal, output_format) is is_live


class Terminal:
    """A terminal as standard output; `text` is what was written to it."""

    def __init__(self, columns=120, rows=40):
        import fcntl
        import termios

        self._read, write = os.openpty()
        fcntl.ioctl(write, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        self.stream = open(write, 'w', encoding='utf-8')  # noqa: SIM115
        self._parts = []
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self):
        try:
            while True:
                self._parts.append(os.read(self._read, 65536))
        except OSError:
            # All writers are gone.
            os.close(self._read)

    @property
    def text(self):
        self.stream.close()
        self._thread.join()
        return b''.join(self._parts).decode().replace('\r\n', '\n')


@pytest.fixture
def run(monkeypatch):
    """Run the program on a terminal; returns (exit code, what it has written, seconds)."""

    def call(*argv, mode='live'):
        terminal = Terminal()
        with monkeypatch.context() as patched:
            patched.setattr(sys, 'stdout', terminal.stream)
            patched.setenv('TERM', 'xterm')
            began = time.monotonic()
            code = main([*argv, '--progress', mode])
            seconds = time.monotonic() - began
        return code, terminal.text, seconds

    return call


@posix
def test_the_table_leaves_no_trace(run):
    code, plain, _ = run(*DEMO, mode='plain')
    live_code, text, _ = run(*DEMO)
    screen = Screen(120, 40)
    screen.write(text)
    expected = Screen(120, 40)
    expected.write(plain)
    assert (live_code, screen.text) == (code, expected.text)
    assert screen.frames > 2
    assert screen.is_cursor_visible
    assert '→ deploy/cart' in text


@posix
def test_many_lines_cost_few_frames_and_few_bytes(run, tmp_path):
    """This is the limit of the CPU time of the table: it is drawn, whatever the number of lines."""
    texts = [f'line {number} ' + 'x' * (number % 100) for number in range(10_000)]
    path = recordings.write_with_logs(tmp_path / 'logs.jsonl', 'twelve-services', texts, 1e-4)
    _, plain, _ = run('replay', path, '--speed', '8', mode='plain')
    _, text, seconds = run('replay', path, '--speed', '8')
    frames = text.count(live.BEGIN)
    assert 1 < frames <= seconds / live.FRAME + 1
    # Removing the table without drawing it again costs less than a frame.
    assert len(text) - len(plain) < 2 * frames * 1500


@posix
def test_a_run_that_ends_soon_does_not_load_the_view():
    code = (
        'import os, sys; from kubectl_dog.cli.main import main; '
        'from kubectl_dog.cli import progress; progress.START = 3600; '
        'main(["demo", "good", "--instant", "--progress", "live"]); '
        'print(*sys.modules, file=sys.stderr)'
    )
    terminal = Terminal()
    ran = subprocess.run(
        [sys.executable, '-c', code], stdout=terminal.stream, stderr=subprocess.PIPE, text=True,
        check=True, env={**os.environ, 'TERM': 'xterm'},
    )  # fmt: skip
    assert 'deploy/web' in terminal.text
    loaded = ran.stderr.split()
    assert 'kubectl_dog.cli.progress' in loaded
    for name in ('live', 'live_table', 'cell_width', 'terminal'):
        assert f'kubectl_dog.output.{name}' not in loaded


@posix
def test_a_crash_removes_the_table(run, monkeypatch, capsys):
    from kubectl_dog.cli import run_outputs

    began = time.monotonic()

    def add(self, events):
        if time.monotonic() > began + 1:
            raise ValueError

    monkeypatch.setattr(run_outputs.RunOutputs, 'add', add)
    code, text, _ = run(*DEMO)
    screen = Screen(120, 40)
    screen.write(text)
    assert code == 70
    assert screen.frames
    assert '→ deploy' not in screen.text
    assert 'internal error' in capsys.readouterr().err


class Lines:
    def __init__(self):
        self.lines = []
        self.failure = None

    def write(self, lines):
        if self.failure:
            raise self.failure
        self.lines += lines


@pytest.mark.parametrize(
    ('is_shown', 'text', 'lines', 'direct'),
    (
        (True, 'a\nb\n', ['a', 'b'], ''),
        (True, 'Password: ', [], 'Password: '),
        (False, 'a\n', [], 'a\n'),
    ),
)
def test_standard_error_goes_above_the_table(is_shown, text, lines, direct):
    stream, writer = io.StringIO(), Lines()
    above = progress.LinesAbove(stream, writer, lambda: is_shown)
    assert above.write(text) == len(text)
    assert (writer.lines, stream.getvalue()) == (lines, direct)
    assert above.isatty() is False


def test_standard_error_works_when_standard_output_is_closed():
    stream, writer = io.StringIO(), Lines()
    writer.failure = OutputClosedError()
    progress.LinesAbove(stream, writer, lambda: True).write('a\n')
    assert stream.getvalue() == 'a\n'


@posix
def test_standard_error_on_the_terminal_is_replaced_during_the_run(monkeypatch):
    terminal = Terminal()
    args = SimpleNamespace(progress='live', color='never')
    monkeypatch.setenv('TERM', 'xterm')
    monkeypatch.setattr(sys, 'stdout', terminal.stream)
    monkeypatch.setattr(sys, 'stderr', terminal.stream)
    with progress.live_view(Lines(), SimpleNamespace(shares_terminal=False), args, 'plain'):
        assert isinstance(sys.stderr, progress.LinesAbove)
    assert sys.stderr is terminal.stream
    assert terminal.text == ''
