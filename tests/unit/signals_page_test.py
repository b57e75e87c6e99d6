"""docs/signals.md says how a run ends; with `KUBECTL_DOG_WRITE=1`, this test writes its tables."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from typing import NamedTuple

import pytest

from tests.page import ROOT
from tests.unit.needs import posix

pytestmark = [
    posix,
    pytest.mark.skipif(not os.path.exists('/dev/full'), reason='Needs /dev/full.'),
]
PAGE = ROOT / 'docs' / 'signals.md'
# Seconds: for a busy machine.
LIMIT = 60
FAILED = 1
FILE_ERROR = ' and one line on standard error names the file'


class Row(NamedTuple):
    """A row of the page: an event, what happens, and the run that shows it.

    `run` is a command of a shell, in which `dog` is a failed rollout, or the signals to send to it
    once it has printed something. `code` is the exit code, `lines` the number on standard error.
    """

    event: str
    result: str
    run: str | tuple[int, ...]
    code: int
    lines: int = 0


SIGNALS = (
    Row(
        '`SIGINT` (Ctrl-C)', 'the state so far is printed, and files are completed',
        (signal.SIGINT,), 130,
    ),
    Row('`SIGTERM`', 'the same', (signal.SIGTERM,), 143),
    Row('`SIGHUP` (the terminal was closed)', 'the same; ignored under `nohup`', (1,), 129),
    Row('one of them again', 'the program ends at once', (signal.SIGINT,) * 20, 130),
    Row(
        '`SIGTSTP` (Ctrl-Z), then `SIGCONT`',
        'the live view is removed while the program is suspended; then the run goes on',
        (signal.SIGTSTP, signal.SIGCONT), FAILED,
    ),
    Row(
        '`SIGPIPE`', 'ignored: a reader that is gone is noticed at the next line',
        (signal.SIGPIPE,), FAILED,
    ),
)  # fmt: skip
STREAMS = (
    Row('standard output is closed (`>&-`)', 'nothing is printed', 'dog >&-', FAILED),
    Row(
        'the reader of standard output is gone (`\\| head`)', 'the program ends silently',
        'dog | true; exit ${PIPESTATUS[0]}', 141,
    ),
    Row(
        'the disk of standard output is full', 'the program ends with an error',
        'dog >/dev/full', 1, 1,
    ),
    Row(
        'the same, or no reader, with `-o FORMAT=FILE`, `--report` or `--on-failure`',
        'the run goes on for these', 'dog -o json=/dev/null >/dev/full', FAILED, 1,
    ),
    Row(
        'the disk of `-o FORMAT=FILE` is full', f'the run goes on,{FILE_ERROR}',
        'dog -o json=/dev/full', FAILED, 1,
    ),
    Row(
        'the disk of `--report` is full', f'no part of the file is left,{FILE_ERROR}',
        'dog --report html=/dev/full', FAILED, 1,
    ),
    Row(
        'the disk of `--record` is full', f'the run goes on,{FILE_ERROR}',
        'dog --record /dev/full deploy/web --server http://127.0.0.1:1 --kubeconfig /dev/null',
        5, 2,
    ),
    Row('standard error is closed or full', 'its lines are lost', 'dog 2>/dev/full', FAILED),
)  # fmt: skip


def ended_by_shell(row):
    words = ('rollout',) if '--record' in row.run else ('demo', 'crash-loop', '--instant')
    program = shlex.join((sys.executable, '-m', 'kubectl_dog', *words))
    return subprocess.run(
        ['bash', '-c', row.run.replace('dog', program, 1)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=LIMIT, check=False, env=environment(),
    )  # fmt: skip


def ended_by_signals(row):
    is_end = row.run[0] in (signal.SIGINT, signal.SIGTERM, 1)
    speed = '1' if is_end else '100'
    process = subprocess.Popen(
        [sys.executable, '-m', 'kubectl_dog', 'demo', 'crash-loop', '--speed', speed],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(), preexec_fn=restore_signals,  # noqa: PLW1509
    )  # fmt: skip
    first = process.stdout.readline()
    for number in row.run:
        process.send_signal(number)
    out, err = process.communicate(timeout=LIMIT)
    return subprocess.CompletedProcess(process.args, process.returncode, first + out, err)


def environment():
    path = os.pathsep.join(filter(None, sys.path))
    return {**os.environ, 'PYTHONPATH': path, 'CI': '', 'LC_ALL': 'C.UTF-8'}


def restore_signals():
    """A shell starts programs in the background with SIGINT ignored."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(
            number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler
        )


@pytest.mark.parametrize('row', (*SIGNALS, *STREAMS), ids=lambda row: row.event)
def test_a_row_of_the_page_is_true(row):
    ended = ended_by_shell(row) if isinstance(row.run, str) else ended_by_signals(row)
    assert (ended.returncode, 'Traceback' in ended.stderr) == (row.code, False), ended.stderr
    assert len(ended.stderr.splitlines()) == row.lines
    if row in SIGNALS[:3]:
        assert re.search('deploy/ledger.* (interrupted|terminated) after', ended.stdout)


def table(rows):
    lines = ['| event | what happens | exit code |', '| --- | --- | --- |']
    for row in rows:
        code = 'that of the verdict' if row.code == FAILED and row.result[:7] != 'the pro' else ''
        if row.code == 5:
            code = 'that of the verdict'
        lines.append(f'| {row.event} | {row.result} | {code or row.code} |')
    return '\n'.join(lines)


def test_the_page_has_these_rows():
    page = PAGE.read_text(encoding='utf-8')
    written = page
    for name, rows in (('signals', SIGNALS), ('streams', STREAMS)):
        before, mark, rest = written.partition(f'<!-- generated: {name} -->\n')
        end = rest.index('<!-- end -->')
        written = f'{before}{mark}\n{table(rows)}\n\n{rest[end:]}'
    if os.environ.get('KUBECTL_DOG_WRITE'):
        PAGE.write_text(written, encoding='utf-8')
        page = written
    assert page == written
