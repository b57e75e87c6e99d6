from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from kubectl_dog.model.items import Item
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.recording.reader import Recording
from kubectl_dog.recording.recorded_source import RecordedSource

FIRST, SECOND = Item(1.0, None, LogGap('first')), Item(4.0, None, LogGap('second'))
RECORDING = Recording(1.7e9, (), Options(), (FIRST, SECOND))


class Clock:
    """A clock that advances only by sleeping."""

    def __init__(self):
        self.time = 1000.0
        self.slept = []

    def __call__(self):
        return self.time

    def sleep(self, seconds):
        self.slept.append(round(seconds, 6))
        self.time += seconds


@pytest.mark.parametrize('speed', [None, 1.0, 10.0, 0.5])
def test_delivered_items_do_not_depend_on_the_speed(speed):
    clock = Clock()
    source = RecordedSource(RECORDING, speed, clock.sleep, clock)
    seen = [(source.take(until), source.now()) for until in (0.5, 1.0, 3.0, None, 9.0)]
    assert seen == [(None, 0.5), (FIRST, 1.0), (None, 3.0), (SECOND, 4.0), (None, 9.0)]
    with pytest.raises(SourceEndedError):
        source.take(None)
    assert source.now() == 9.0


def test_an_instant_replay_never_sleeps():
    clock = Clock()
    source = RecordedSource(RECORDING, None, clock.sleep, clock)
    assert [source.take(None), source.take(None), source.take(1e6)] == [FIRST, SECOND, None]
    assert clock.slept == []


@pytest.mark.parametrize(('speed', 'slept'), [(1.0, [1.0, 3.0]), (10.0, [0.1, 0.3])])
def test_real_time_is_divided_by_the_speed(speed, slept):
    clock = Clock()
    source = RecordedSource(RECORDING, speed, clock.sleep, clock)
    source.take(None)
    source.take(None)
    assert clock.slept == slept


def test_time_that_the_reader_took_is_not_slept_again():
    clock = Clock()
    source = RecordedSource(RECORDING, 1.0, clock.sleep, clock)
    source.take(None)
    clock.time += 2.5
    source.take(None)
    clock.time += 60
    assert source.take(9.0) is None
    assert clock.slept == [1.0, 0.5]
    assert source.now() == 9.0


def test_a_deadline_in_the_past_does_not_turn_the_clock_back():
    source = RecordedSource(RECORDING)
    source.take(3.0)
    source.take(3.0)
    assert source.take(2.0) is None
    assert source.now() == 3.0


def test_a_signal_comes_first_and_the_item_is_not_lost():
    source = RecordedSource(RECORDING)
    source.take(None)
    source.signal('interrupt')
    assert source.take(None) == Item(1.0, None, Signal('interrupt'))
    assert source.take(None) == SECOND


def test_a_signal_is_delivered_after_the_end_too():
    source = RecordedSource(RECORDING._replace(items=()))
    source.signal('terminate')
    assert source.take(None) == Item(0.0, None, Signal('terminate'))
    with pytest.raises(SourceEndedError):
        source.take(None)


def test_a_signal_in_a_sleep_is_stamped_with_the_time_reached():
    clock = Clock()

    def interrupted(seconds):
        clock.time += 0.25
        source.signal('interrupt')

    source = RecordedSource(RECORDING, 2.0, interrupted, clock)
    assert source.take(None) == Item(0.5, None, Signal('interrupt'))


def test_a_signal_from_a_handler_ends_a_sleep_at_once():
    source = RecordedSource(RECORDING._replace(items=(FIRST._replace(at=60.0),)), 1.0)
    before = signal.signal(signal.SIGUSR1, lambda *_: source.signal('interrupt'))
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        start = time.monotonic()
        item = source.take(None)
        assert time.monotonic() - start < 5
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, before)
    assert item.payload == Signal('interrupt')
    assert 0 < item.at < 5


def test_source_can_be_closed_twice_and_has_a_start_time():
    source = RecordedSource(RECORDING)
    source.reconcile(frozenset())
    source.close()
    source.close()
    assert source.started == 1.7e9
