"""The source that starts the command: after the first lists, or after a limited time."""

from __future__ import annotations

import pytest

from kubectl_dog.cli.command_source import START_WAIT
from kubectl_dog.cli.command_source import CommandSource
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import Signal
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.wants import Watch

WATCHES = [Watch(kind, 'shop') for kind in (DEPLOYMENTS, JOBS)]
DENIED = ReadFailure('denied', 'deployments is forbidden')
DOWN = ReadFailure('unreachable', 'connection refused')


class Child:
    """A command that ends when a test calls `end`."""

    name = 'helm'
    is_started = timed_out = False
    code = 0
    seconds = None

    def start(self, on_end, seconds):
        self.is_started, self.end, self.seconds = True, on_end, seconds


class Cluster:
    """A source of items, whose clock jumps to the next item or to the end of a wait."""

    def __init__(self, *items):
        self.started = 0.0
        self.items = [Item(float(at), WATCHES[index], payload) for at, index, payload in items]
        self.at = 0.0

    def now(self):
        return self.at

    def take(self, until, lines=True):
        item = self.items[0] if self.items else None
        if item is not None and (until is None or item.at <= until):
            self.at = max(self.at, item.at)
            return self.items.pop(0)
        self.at = self.at if until is None else max(self.at, until)
        return None

    def signal(self, name, code=0):
        self.items.append(Item(self.at, None, Signal(name, code)))


def played(*items, timeout=None):
    """The source, after all of the items and 30 seconds; and its warnings."""
    child, warnings = Child(), []
    source = CommandSource(Cluster(*items), child, WATCHES, timeout, warnings.append)
    taken = []
    while source.now() < 30.0:
        item = source.take(30.0)
        taken += [item] if item else []
    return child, taken, warnings


def signals(taken):
    return [(item.at, *item.payload) for item in taken if isinstance(item.payload, Signal)]


@pytest.mark.parametrize(
    ('items', 'at', 'warns'),
    [
        ([(1, 0, Listed(())), (3, 1, Listed(()))], 3.0, False),
        ([(1, 0, Listed(())), (3, 1, DENIED)], 3.0, False),
        ([(1, 0, Listed(())), (3, 1, DOWN)], START_WAIT, True),
        ([(1, 0, Listed(()))], START_WAIT, True),
        ([(1, 0, Listed(())), (2, 0, Listed(()))], START_WAIT, True),
    ],
)
def test_the_command_starts_after_the_first_lists(items, at, warns):
    child, taken, warnings = played(*items)
    assert child.is_started
    assert signals(taken) == [(at, 'command-started', 0)]
    assert bool(warnings) is warns


@pytest.mark.parametrize(
    ('items', 'reason'),
    [
        ([(1, 0, DENIED), (2, 1, DENIED)], 'deployments is forbidden .*--print-rbac'),
        ([(1, 0, DOWN)], 'connection refused'),
        ([], 'did not answer'),
    ],
)
def test_without_any_list_the_command_is_not_started(items, reason):
    child = Child()
    source = CommandSource(Cluster(*items), child, WATCHES)
    with pytest.raises(AccessError, match=f'helm was not started: .*{reason}'):
        while True:
            source.take(None if items else 30.0)
    assert not child.is_started


def test_a_signal_before_the_start_prevents_it():
    child = Child()
    source = CommandSource(Cluster((1, 0, Listed(()))), child, WATCHES)
    source.take(0.5)
    source.signal('interrupt')
    while source.now() < 30.0:
        source.take(30.0)
    assert not child.is_started


@pytest.mark.parametrize(('timed_out', 'code'), [(False, 7), (True, 3)])
def test_the_end_of_the_command_is_an_item(timed_out, code):
    child = Child()
    cluster = Cluster((0, 0, Listed(())), (0, 1, Listed(())))
    source = CommandSource(cluster, child, WATCHES, timeout=60.0)
    for _ in range(3):
        source.take(5.0)
    child.code, child.timed_out = 7, timed_out
    child.end()
    assert source.take(9.0).payload == Signal('command-ended', code)
    assert child.seconds == 60.0
