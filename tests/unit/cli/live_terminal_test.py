"""The live view in a real terminal."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from contextlib import contextmanager

import pytest

from tests.unit import recordings
from tests.unit.needs import posix
from tests.unit.tmux import PROGRAM
from tests.unit.tmux import Terminal
from tests.unit.tmux import needs_tmux

pytestmark = [posix, needs_tmux]

TWELVE = ('demo', 'twelve-services')
# A row of the table.
ROW = re.compile(r'(✗|⚠|→|✓|–) deploy\S*  |… \d+ more: ')
COLOUR = re.compile(r'\x1b\[[0-9;]*m')
PIECES = ('日本語', 'e\u0301', 'naïve', '👍🏽', '한국어', '\u200b', 'ｆｕｌｌ', 'ok')
WIDE = [f'{number} ' + ' '.join(PIECES * (number % 5)) for number in range(60)]
CRASH = """
import sys, time
from kubectl_dog.cli import run_outputs
began = time.monotonic()
def add(self, events):
    if time.monotonic() > began + 1.5:
        raise ValueError
run_outputs.RunOutputs.add = add
from kubectl_dog.entry import main
sys.exit(main())
"""
WARN = """
import sys, threading
threading.Timer(1.0, lambda: sys.stderr.write('warning: nobody listens\\n')).start()
from kubectl_dog.entry import main
sys.exit(main())
"""

DRAW = """
import sys
from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.resources import DEPLOYMENTS, Target
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.live import LiveView
from kubectl_dog.output.live_table import LiveTable
from kubectl_dog.output.terminal import StreamTerminal
view = LiveView(LiveTable(lambda target: target.name, Palette(True)), StreamTerminal(sys.stdout))
for name in sys.argv[1:]:
    target = Target(DEPLOYMENTS, 'shop', name)
    view.add([StateChanged(0.0, target, State.PROGRESSING, '', '', None, name * 3)])
view.draw(['drawn'])
input()
view.erase()
"""


def table(rows):
    return [row for row in rows if ROW.match(row)]


def text(rows):
    return '\n'.join(rows)


def run(folder, words, mode, columns, rows=24):
    """Run the program to its end; returns (scrollback, whether there was a table, exit code)."""
    with Terminal(folder, columns, rows) as terminal:
        terminal.start(*words, '--progress', mode)
        seen = False
        while not any(row.startswith('exit=') for row in terminal.screen()):
            seen = seen or bool(table(terminal.screen()))
        assert terminal.is_cursor_visible()
        return terminal.scrollback().rstrip('\n'), seen, terminal.code()


@pytest.mark.parametrize('columns', (40, 80, 200))
def test_scrollback_is_that_of_plain_output(tmp_path, columns):
    words = (*TWELVE, '--speed', '8')
    plain = run(tmp_path, words, 'plain', columns)
    live = run(tmp_path, words, 'auto', columns)
    assert (plain[1], live) == (False, (plain[0], True, plain[2]))


@pytest.mark.parametrize(
    ('texts', 'interval'), ((WIDE, 0.01), ([f'line {n}' for n in range(9999)], 2e-4))
)
def test_log_lines_are_those_of_plain_output(tmp_path, texts, interval):
    path = recordings.write_with_logs(tmp_path / 'logs.jsonl', 'good', texts, interval)
    words = ('replay', path, '--speed', '4')
    plain = run(tmp_path, words, 'plain', 80)
    assert run(tmp_path, words, 'live', 80) == (plain[0], True, plain[2])


@pytest.mark.parametrize(('begin', 'stale'), ((' more: ', 99), ('<60>', 2)))
def test_no_log_line_is_lost_when_the_window_changes(tmp_path, begin, stale):
    """At the top of the screen, tmux moves rows of the table into its history, but no others."""
    texts = [f'<{number}> {"x" * (1 + number % 90)}' for number in range(600)]
    path = recordings.write_with_logs(tmp_path / 'logs.jsonl', 'twelve-services', texts, 0.0022)
    sizes = (45, 30), (110, 30), (45, 12), (60, 5), (100, 40), (30, 24), (80, 24)
    with Terminal(tmp_path, 100, 30) as terminal:
        terminal.start('replay', path, '--speed', '0.25')
        terminal.wait_for(begin)
        for columns, rows in sizes:
            terminal.resize(columns, rows)
            time.sleep(0.4)
        terminal.wait_for('took 2s')
        terminal.press('C-c')
        terminal.wait_for('exit=')
        lines = COLOUR.sub('', terminal.scrollback('-J'))
    assert re.findall(r'│ (<\d+> ?x*)', lines) == texts
    assert len(table(lines.split('\n'))) <= stale


@pytest.mark.parametrize('columns', (40, 80, 200))
def test_each_row_of_the_table_is_one_row_of_the_screen(tmp_path, columns):
    names = [piece * 30 for piece in PIECES]
    with Terminal(tmp_path, columns, 60) as terminal:
        terminal.start(*names, program=(sys.executable, '-c', DRAW))
        terminal.wait_for('drawn')
        rows = terminal.wait_for_rows(len(names) + 2)
        assert len(rows) == len(names) + 2
        assert all(row.startswith('→ ') and 'waiting' in row for row in rows[2:])
        terminal.type('\n')
        terminal.wait_for('exit=0')
        assert terminal.screen()[0] == 'drawn'
        assert not any('waiting' in row for row in terminal.screen())


@contextmanager
def watched(folder, *words, program=PROGRAM, environment=()):
    with Terminal(folder, 80, 24, environment) as terminal:
        terminal.start(*words, program=program)
        terminal.wait_for(' more: ')
        yield terminal


def end_of(terminal):
    """The screen when the program has ended: no table is left, and the cursor is visible."""
    terminal.wait_for('exit=')
    rows = terminal.screen()
    assert not table(rows)
    assert terminal.is_cursor_visible()
    return rows


def test_control_c_ends_with_the_state_so_far(tmp_path):
    with watched(tmp_path, *TWELVE) as terminal:
        terminal.press('C-c')
        assert 'exit=130' in text(end_of(terminal))


def test_sigterm_ends_with_the_state_so_far(tmp_path):
    command = ['sh', '-c', f'"$@" & echo $! >{tmp_path}/pid; fg', 'sh', *PROGRAM]
    with watched(tmp_path, *TWELVE, program=(command[0], '-m', *command[1:])) as terminal:
        os.kill(int((tmp_path / 'pid').read_text()), signal.SIGTERM)
        assert 'exit=143' in text(end_of(terminal))


def test_a_crash_of_the_program_leaves_no_table(tmp_path):
    with watched(tmp_path, *TWELVE, program=(sys.executable, '-c', CRASH)) as terminal:
        rows = end_of(terminal)
    assert 'exit=70' in text(rows)
    assert 'error: internal error' in text(rows)


def test_the_table_goes_while_the_program_is_suspended(tmp_path):
    with watched(tmp_path, *TWELVE, '--speed', '3') as terminal:
        terminal.press('C-z')
        terminal.wait_for('topped')
        assert not table(terminal.screen())
        assert terminal.is_cursor_visible()
        terminal.type('fg\n')
        terminal.wait_for(' more: ')
        terminal.press('C-z')
        terminal.wait_for('topped')
        terminal.type('clear; fg; echo "ended $?"\n')
        terminal.wait_for('ended 1')
        assert not table(terminal.screen())


def test_in_the_background_there_is_no_table(tmp_path):
    with watched(tmp_path, *TWELVE, '--speed', '3') as terminal:
        terminal.press('C-z')
        terminal.wait_for('topped')
        terminal.type('clear; bg\n')
        terminal.wait_for('✗ deploy/payments failed')
        assert not table(terminal.scrollback().split('\n'))


def test_standard_error_goes_above_the_table(tmp_path):
    with watched(tmp_path, *TWELVE, program=(sys.executable, '-c', WARN)) as terminal:
        rows = terminal.wait_for('warning: nobody listens')
        assert [row for row in rows if 'warning' in row] == ['warning: nobody listens']
        assert rows.index('warning: nobody listens') < rows.index(table(rows)[0])


def test_the_enter_key_leaves_blank_rows_only(tmp_path):
    with watched(tmp_path, *TWELVE, '--speed', '3') as terminal:
        for _ in range(3):
            time.sleep(0.6)
            terminal.type('\n')
        terminal.wait_for('exit=')
        lines = terminal.scrollback().split('\n')
    assert not table(lines)


@pytest.mark.parametrize('environment', ({'CI': 'true'}, {'TERM': 'dumb'}, {'CLAUDECODE': '1'}))
def test_there_is_no_table_where_nobody_looks(tmp_path, environment):
    with Terminal(tmp_path, 80, 24) as terminal:
        settings = [f'{name}={value}' for name, value in environment.items()]
        terminal.start(*TWELVE, '--speed', '20', program=('env', *settings, *PROGRAM))
        while not any(row.startswith('exit=') for row in terminal.screen()):
            assert not table(terminal.screen())
