from __future__ import annotations

import signal
import threading
import time
from queue import Empty

import pytest

from kubectl_dog.signal_queue import SignalQueue
from tests.unit.needs import posix


@pytest.fixture
def queue():
    return SignalQueue()


def test_items_keep_their_order(queue):
    for number in range(3):
        queue.put(number)
    assert [queue.get(1.0), queue.get_nowait(), queue.get(0.0)] == [0, 1, 2]


def test_an_empty_queue(queue):
    queue.put(1)
    queue.get_nowait()
    began = time.monotonic()
    for get in (queue.get_nowait, lambda: queue.get(0.0), lambda: queue.get(0.05)):
        with pytest.raises(Empty):
            get()
    assert 0.05 <= time.monotonic() - began < 5


def test_an_item_ends_the_wait(queue):
    threading.Timer(0.05, queue.put, ['a']).start()
    assert queue.get(60.0) == 'a'


def test_many_writers(queue):
    threads = [
        threading.Thread(target=lambda: [queue.put(1) for _ in range(1000)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    assert sum(queue.get(10.0) for _ in range(4000)) == 4000


@posix
def test_a_signal_handler_ends_the_wait(queue):
    before = signal.signal(signal.SIGALRM, lambda *_: queue.put('signal'))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        assert queue.get(60.0) == 'signal'
    finally:
        signal.signal(signal.SIGALRM, before)


@posix
def test_signals_do_not_prolong_the_wait(queue):
    """A SimpleQueue waits forever in some of these waits."""
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.0007, 0.0007)
    try:
        for _ in range(200):
            with pytest.raises(Empty):
                queue.get(0.0035)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
