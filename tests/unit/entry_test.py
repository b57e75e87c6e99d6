from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from kubectl_dog import entry
from kubectl_dog.cli import main
from tests.unit.needs import posix

SLOW = """
import importlib.abc, os, signal, sys
class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == 'kubectl_dog.cli.main':
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Slow())
from kubectl_dog.entry import main
sys.exit(main())
"""


@posix
def test_an_interrupt_while_it_is_imported_is_no_traceback():
    done = subprocess.run([sys.executable, '-c', SLOW], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b'', b'')


@pytest.mark.parametrize('usual', (signal.default_int_handler, signal.SIG_IGN))
def test_an_interrupt_is_what_it_was_once_it_runs(monkeypatch, usual):
    seen = []
    monkeypatch.setattr(main, 'main', lambda: seen.append(signal.getsignal(signal.SIGINT)) or 7)
    before = signal.signal(signal.SIGINT, usual)
    try:
        assert entry.main() == 7
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [usual]
