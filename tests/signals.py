"""Send signals to the real program at random moments, and check how it ends.

    python -m tests.signals                             # 200 moments for each signal and run
    python -m tests.signals --moments 20 --seed 7       # other moments
    python -m tests.signals --signals INT --runs replay --within 0.05

It is not part of .ci/run: it takes an hour. The moments begin when Python has started, and is about
to import the first module of the program. Until that has set the handlers of the signals, those of
Python apply: they end the process with the same code, and SIGINT prints a traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from tests.unit.builders import manifest
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import stream

# Seconds until a program that has got a signal must have ended.
LIMIT = 30.0
SIGNALS = ('INT', 'TERM', 'HUP', 'PIPE', 'TSTP')
CODES = {'INT': 130, 'TERM': 143, 'HUP': 129}
# A process group whose leader has a parent in the same session can be suspended.
PROGRAM = """
import os, signal, sys
os.setpgrp()
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
ready = int(sys.argv.pop(1))
os.write(ready, b'.')
from kubectl_dog.entry import execute
os.write(ready, b'!')
execute()
"""
HIDE, SHOW = b'\x1b[?25l', b'\x1b[?25h'


class Run:
    """One run of the program on a terminal of its own, in empty folders."""

    def __init__(self, folder, words):
        self.folder = folder
        self.places = {name: folder / name for name in ('home', 'tmp', 'here')}
        for place in self.places.values():
            place.mkdir()
        self._terminal, terminal = os.openpty()
        begun, ready = os.pipe()
        environment = {
            **os.environ, 'HOME': str(self.places['home']), 'TMPDIR': str(self.places['tmp']),
            'TERM': 'xterm', 'PYTHONPATH': os.pathsep.join(filter(None, sys.path)),
        }  # fmt: skip
        for name in ('CI', 'CLAUDECODE', 'KUBECONFIG'):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, '-c', PROGRAM, str(ready), *words],
            stdin=subprocess.DEVNULL, stdout=terminal, stderr=subprocess.PIPE, pass_fds=[ready],
            cwd=self.places['here'], env=environment,
        )  # fmt: skip
        os.close(terminal)
        os.close(ready)
        self.output = bytearray()
        self.errors = b''
        self._threads = [
            threading.Thread(target=target, daemon=True)
            for target in (self._read, self._read_errors)
        ]
        for thread in self._threads:
            thread.start()
        os.read(begun, 1)
        self._begun = begun
        self.began = time.monotonic()

    def _read(self):
        with contextlib.suppress(OSError):
            while piece := os.read(self._terminal, 65536):
                self.output += piece

    def _read_errors(self):
        self.errors = self.process.stderr.read()

    def is_imported(self):
        """Whether the program has been imported, and is about to set its handlers."""
        return bool(select.select([self._begun], [], [], 0)[0])

    def wait(self):
        """Wait for the end; returns the exit code, or None if it hangs."""
        try:
            code = self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = None
        for thread in self._threads:
            thread.join(LIMIT)
        os.close(self._terminal)
        os.close(self._begun)
        return code

    def suspend_and_continue(self):
        """Return what is wrong after SIGTSTP, at the moment at which it is suspended."""
        self.process.send_signal(signal.SIGTSTP)
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            state = Path(f'/proc/{self.process.pid}/stat').read_text().rpartition(')')[2].split()[0]
            if state in 'TZ':
                break
            time.sleep(0.01)
        fault = '' if state in 'TZ' else 'not suspended'
        time.sleep(0.05)
        fault = fault or self.cursor_fault()
        self.process.send_signal(signal.SIGCONT)
        return fault

    def cursor_fault(self):
        """Return what is wrong with the cursor."""
        shown, hidden = self.output.rfind(SHOW), self.output.rfind(HIDE)
        return 'the cursor is hidden' if hidden > shown else ''

    def faults(self):
        """Return what is wrong after the end, except for the exit code."""
        faults = [self.cursor_fault()]
        if b'Traceback' in self.errors + self.output and not self._is_of_python():
            faults.append(f'traceback: {self.errors.decode()[-300:]}')
        files = [path for path in self.folder.rglob('*') if path.is_file()]
        left = [path for path in files if path.suffix == '.tmp' or path.parent.name == 'tmp']
        faults += [f'left: {path.name}' for path in left]
        for path in files:
            if path.name == 'rec.jsonl':
                faults += [
                    'a line of the recording is no JSON'
                    for line in path.read_text().splitlines() if not _is_json(line)
                ]  # fmt: skip
        return [fault for fault in faults if fault]

    def _is_of_python(self):
        """Whether a traceback is of the moment before the program could set its handlers."""
        files = re.findall(r'File "([^"]*)"', self.errors.decode())
        ours = {os.path.basename(file) for file in files if '/kubectl_dog/' in file}
        return ours <= {'__init__.py', 'entry.py'}


def _is_json(line):
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


@contextlib.contextmanager
def replay(folder):
    """A replay with a live view, a report and JSON, which ends by itself with 1."""
    yield Run(folder, [
        'demo', 'twelve-services', '--speed', '12', '--report', 'dir=reports', '-o', 'plain',
        '-o', 'json=run.json',
    ])  # fmt: skip


@contextlib.contextmanager
def tracking(folder):
    """A rollout on an API server in this process, which does not end by itself."""
    server = Server()
    web = manifest('Deployment', 'web', observedGeneration=3, replicas=1, updatedReplicas=1)
    web['spec'] = {'replicas': 1, 'selector': {'matchLabels': {'app': 'web'}}}
    end = {'resourceVersion': '9', 'annotations': {'k8s.io/initial-events-end': 'true'}}
    bookmark = {'type': 'BOOKMARK', 'object': {'metadata': end}}
    server.on(
        '/apis/apps/v1/namespaces/default/deployments',
        stream({'type': 'ADDED', 'object': web}, bookmark, then='hold'),
    )
    try:
        yield Run(folder, [
            'rollout', 'deploy/web', '--server', server.url, '--kubeconfig', os.devnull,
            '--record', 'rec.jsonl', '--report', 'html=report.html', '--timeout', '60s',
        ])  # fmt: skip
    finally:
        server.close()


# The run, the seconds from which the moments are taken, and the exit code if nothing ends it.
RUNS = {'replay': (replay, 3.0, 1), 'tracking': (tracking, 2.0, None)}


def once(folder, run, name, moment):
    """Send a signal at a moment; returns (exit code, what is wrong)."""
    start, _, own_code = RUNS[run]
    with start(folder) as running:
        time.sleep(max(0.0, running.began + moment - time.monotonic()))
        faults, is_early = [], not running.is_imported()
        if running.process.poll() is None:
            if name == 'TSTP':
                faults.append(running.suspend_and_continue())
            else:
                running.process.send_signal(getattr(signal, f'SIG{name}'))
        expected = {own_code, CODES.get(name)}
        if own_code is None and name not in CODES:
            # The run goes on after these signals.
            time.sleep(0.2)
            if running.process.poll() is not None:
                faults.append('it has ended')
            running.process.send_signal(signal.SIGTERM)
            expected = {143}
        code = running.wait()
        if is_early and code == -getattr(signal, f'SIG{name}'):
            # A shell reports such an end by the same code.
            code = 128 - code
        if code not in expected - {None}:
            faults.append(f'exit code {code}')
        return code, [fault for fault in (*faults, *running.faults()) if fault]


def main(words):
    """Send the signals; returns the number of runs with which something is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--moments', type=int, default=200)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--signals', default=','.join(SIGNALS))
    parser.add_argument('--within', type=float, help='seconds from which the moments are taken')
    parser.add_argument('--runs', default=','.join(RUNS))
    args = parser.parse_args(words)
    numbers = random.Random(args.seed)
    wrong = 0
    for run in args.runs.split(','):
        for name in args.signals.split(','):
            codes = Counter()
            for _ in range(args.moments):
                moment = numbers.uniform(0.0, args.within or RUNS[run][1])
                folder = Path(tempfile.mkdtemp())
                try:
                    code, faults = once(folder, run, name, moment)
                finally:
                    shutil.rmtree(folder)
                codes[code] += 1
                wrong += bool(faults)
                for fault in faults:
                    sys.stdout.write(f'  {run} {name} after {moment:.3f}s: {fault}\n')
            sys.stdout.write(f'{run} {name}: {args.moments} moments, exit codes {dict(codes)}\n')
            sys.stdout.flush()
    return wrong


if __name__ == '__main__':
    sys.exit(min(1, main(sys.argv[1:])))
