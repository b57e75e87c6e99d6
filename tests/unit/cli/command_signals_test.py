"""Signals while a command runs, and after it."""

from __future__ import annotations

import os
import signal

import pytest

from kubectl_dog import platform_compat
from kubectl_dog.cli import command_signals

pytestmark = pytest.mark.skipif(os.name == 'nt', reason='signals of POSIX')
INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, getattr(signal, 'SIGHUP', signal.SIGTERM)


class Child:
    def __init__(self, is_running):
        self.is_running = is_running
        self.sent, self.killed = [], 0

    def send(self, number):
        self.sent.append(number)

    def kill(self):
        self.killed += 1


class Source:
    def __init__(self):
        self.received_signals = []
        self.stops = []

    def signal(self, name):
        self.stops.append(name)


@pytest.mark.parametrize(
    ('given', 'shared', 'sent', 'stops', 'killed'),
    [
        ([INT], True, [], [], 0),
        ([INT], False, [INT], [], 0),
        ([TERM], False, [TERM], [], 0),
        ([HUP], False, [HUP], [], 0),
        ([INT, INT], True, [], ['interrupt'], 0),
        ([INT, INT], False, [INT, INT], ['interrupt'], 0),
        ([TERM, TERM], False, [TERM, TERM], ['terminate'], 0),
        ([INT, INT, INT], True, [], ['interrupt'], 1),
    ],
)
def test_signals_while_the_command_runs(given, shared, sent, stops, killed):
    child, source = Child(is_running=True), Source()
    with command_signals.handled(child, source, lambda number: shared):
        for number in given:
            signal.raise_signal(number)
    assert (child.sent, source.stops, child.killed) == (sent, stops, killed)
    assert len(source.received_signals) == len(stops)


def test_without_a_running_command_the_first_signal_stops_and_the_second_one_ends():
    child, source = Child(is_running=False), Source()
    before = signal.getsignal(INT)
    signal.signal(INT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), command_signals.handled(child, source):
            signal.raise_signal(INT)
            assert source.stops == ['interrupt']
            signal.raise_signal(INT)
        assert signal.getsignal(INT) is signal.default_int_handler
    finally:
        signal.signal(INT, before)
    assert child.sent == []


def test_ignored_signals_stay_ignored():
    before = signal.signal(HUP, signal.SIG_IGN)
    try:
        with command_signals.handled(Child(is_running=True), Source()):
            assert signal.getsignal(HUP) is signal.SIG_IGN
    finally:
        signal.signal(HUP, before)


@pytest.mark.parametrize(('number', 'is_shared'), [(INT, True), (TERM, False), (HUP, False)])
def test_the_terminal_sends_only_ctrl_c(number, is_shared, monkeypatch):
    monkeypatch.setattr(platform_compat, 'shares_ctrl_c', lambda: True)
    assert command_signals.is_shared(number) is is_shared
