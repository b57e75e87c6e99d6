"""A server that misbehaves at random; nothing may be lost, doubled or out of order.

A failure names its seed: `CHAOS=17 pytest -k chaos` plays that one alone, `CHAOS=0-999` many.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import random
import threading
import time

import pytest

from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.reads import watcher
from kubectl_dog.cluster.reads.log_reader import LogReader
from kubectl_dog.cluster.reads.watcher import Watcher
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.times import epoch
from kubectl_dog.model.times import format_nano_timestamp
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import page
from tests.unit.cluster.server import refuse

FIRST, _, LAST = os.environ.get('CHAOS', '0-11').partition('-')
SEEDS = range(int(FIRST), int(LAST or FIRST) + 1)
TIMEOUT = 10.0
END = {'k8s.io/initial-events-end': 'true'}


class Endless:
    """In the place of a path's scripts: one for every request."""

    def __init__(self, script):
        self.script = script

    def popleft(self):
        return self.script


class Chaos:
    """What a misbehaving server has in common; `mishaps` are left before it behaves."""

    def __init__(self, seed, mishaps):
        self.dice = random.Random(seed)
        self.lock = threading.Lock()
        self.mishaps = mishaps

    def bad(self, chance):
        """Whether to misbehave here and now."""
        with self.lock:
            hit = self.mishaps > 0 and self.dice.random() < chance
            self.mishaps -= hit
            return hit

    def refused(self, wire):
        """Perhaps no answer at all, or a server in need."""
        if self.bad(0.1):
            wire.cut()
        if self.bad(0.15):
            code = self.dice.choice((429, 500, 503))
            headers = {'Retry_After': '1'} if self.dice.random() < 0.5 else {}
            refuse(code, 'busy', **headers)(wire)
            return True
        return False

    def send(self, wire, text):
        """The text in chunks that end anywhere; perhaps only a part of it."""
        if self.bad(0.15):
            wire.send(text[: self.dice.randrange(1, len(text))])
            self.dice.choice((wire.cut, wire.reset))()
        if self.dice.random() < 0.4:
            at = self.dice.randrange(1, len(text))
            wire.send(text[:at], text[at:])
        elif self.dice.random() < 0.3:
            # A chunk that the network cut.
            data = b'%x;some=extension\r\n%s\r\n' % (len(text), text)
            at = self.dice.randrange(1, len(data))
            wire.raw(data[:at])
            time.sleep(0.001)
            wire.raw(data[at:])
        else:
            wire.send(text)


class Collection(Chaos):
    """Numbered pods that are made, changed and deleted while they are watched."""

    path = '/api/v1/namespaces/ns/pods'

    def __init__(self, seed):
        super().__init__(seed, 12)
        self.changes = 60
        self.version = 100
        self.objects = {}
        self.history = []
        self.paged = self.dice.random() < 0.3
        self.change(10)

    def settled(self):
        return not self.changes and not self.mishaps

    def change(self, count):
        for _ in range(min(count, self.changes)):
            self.changes -= 1
            self.version += 1
            name = f'pod-{self.dice.randrange(20)}'
            item = {
                'kind': 'Pod',
                'metadata': {'name': name, 'resourceVersion': str(self.version)},
            }
            known = name in self.objects
            if known and self.dice.random() < 0.4:
                del self.objects[name]
                kind = 'DELETED'
            else:
                self.objects[name] = item
                kind = 'MODIFIED' if known else 'ADDED'
            self.history.append((self.version, {'type': kind, 'object': item}))

    def answer(self, wire):
        query = wire.request.query
        self.change(self.dice.randrange(6))
        if self.refused(wire):
            return
        if 'watch' not in query:
            self.page(wire, query)
        elif 'resourceVersion' not in query and self.paged:
            refuse(400, 'sendInitialEvents is forbidden')(wire)
        elif 'resourceVersion' in query and self.bad(0.1):
            refuse(410, 'too old')(wire)
        else:
            self.watch(wire, query.get('resourceVersion'))

    def page(self, wire, query):
        # The list is of one moment, whatever happens between its pages.
        if 'continue' in query:
            if self.bad(0.2):
                refuse(410, 'expired')(wire)
                return
            version, items = self.snapshot
        else:
            version, items = self.version, list(self.objects.values())
            self.snapshot = (version, items)
        begin = int(query.get('continue', 0))
        end = begin + 3 if 'limit' in query else len(items)
        metadata = {'resourceVersion': str(version)}
        if end < len(items):
            metadata['continue'] = str(end)
        self.change(self.dice.randrange(3))
        page({'metadata': metadata, 'items': items[begin:end]})(wire)

    def watch(self, wire, since):
        wire.head()
        if since is None:
            at = self.version
            for item in list(self.objects.values()):
                self.tell(wire, {'type': 'ADDED', 'object': item})
            self.tell(wire, self.bookmark(at, END))
        else:
            at = int(since)
        if self.dice.random() < 0.2:
            # What was told is told again, in order.
            at = max(at - 5, 100)
        while True:
            for version, event in [entry for entry in self.history if entry[0] > at]:
                self.tell(wire, event)
                at = version
            if self.settled():
                wire.hold()
                return
            if self.strange(wire, at):
                return
            self.change(self.dice.randrange(4))

    def strange(self, wire, at):
        """Something else than an event; true where the stream ends in order."""
        if self.bad(0.1):
            # The link is dead.
            wire.server.closing.wait(0.1)
            wire.cut()
        if self.bad(0.1):
            gone = {'kind': 'Status', 'code': 410, 'reason': 'Expired'}
            self.tell(wire, {'type': 'ERROR', 'object': gone})
            wire.hold()
        if self.dice.random() < 0.3:
            self.tell(wire, self.bookmark(at))
        return self.bad(0.1)

    def bookmark(self, version, annotations=None):
        metadata = {'resourceVersion': str(version), 'annotations': annotations or {}}
        return {'type': 'BOOKMARK', 'object': {'kind': 'Pod', 'metadata': metadata}}

    def tell(self, wire, event):
        self.send(wire, json.dumps(event).encode() + b'\n')


class Container(Chaos):
    """Numbered lines of a container that restarts; times repeat and are out of order."""

    path = '/api/v1/namespaces/ns/pods/web/log'

    def __init__(self, seed):
        super().__init__(seed, 12)
        self.runs = [[]]
        self.ended = False
        self.left = self.dice.choice((3, 40, 400))
        self.restarts = self.dice.randrange(4)
        self.now = 1_700_000_000_000_000_000
        self.number = 0
        self.update_status = None

    def settled(self):
        return self.ended

    def grow(self):
        for _ in range(self.dice.randrange(1, 8)):
            self.now += self.dice.choice((0, 0, 1, 1000, 1_000_000, 90_000_000, 1_500_000_000))
            # Two writers, stdout and stderr; but the seconds are in order.
            early = self.now - self.dice.choice((0, 0, 0, 500))
            at = max(early, self.now - self.now % 1_000_000_000)
            self.runs[-1].append((at, f'line {self.number}'))
            self.number += 1
            self.left -= 1

    def answer(self, wire):
        query = wire.request.query
        if self.refused(wire):
            return
        previous = 'previous' in query
        run = len(self.runs) - 1 - previous
        since = int(epoch(query['sinceTime'])) if 'sinceTime' in query else 0
        wire.head()
        sent = 0
        while True:
            lines, sent = self.runs[run][sent:], len(self.runs[run])
            lines = [(at, text) for at, text in lines if at >= since * 10**9]
            while lines:
                some = self.dice.randrange(1, 6)
                block = ''.join(
                    f'{format_nano_timestamp(at)} {text}\n' for at, text in lines[:some]
                )
                self.send(wire, block.encode())
                lines = lines[some:]
            if previous or self.over(run) or self.bad(0.05):
                return
            self.grow()
            if self.left <= 0:
                self.end()
                if self.bad(0.5):
                    # It shuts down at this very moment, and keeps the last lines.
                    return

    def over(self, run):
        return self.ended or run < len(self.runs) - 1

    def end(self):
        """The container ends; and perhaps is started again, of which the pod's status tells."""
        self.now += 2_000_000_000
        if self.restarts:
            self.restarts -= 1
            self.left = self.dice.choice((3, 40))
            self.runs.append([])
        else:
            self.ended = True
        self.update_status()


@pytest.fixture(params=(False, True), ids=('plain', 'tls'))
def serve(request, tls, pki):
    """Start a server for a misbehaving something, and a connection to it."""
    with contextlib.ExitStack() as stack:

        def start(chaos, port=0):
            scripts = {chaos.path: Endless(chaos.answer)}
            server = Server(tls if request.param else None, port, scripts)
            stack.callback(server.close)
            return server

        def connect(server):
            connection = KubeConnection(Settings(server=server.url, ca_file=str(pki / 'ca.crt')))
            stack.callback(connection.close)
            return connection

        yield start, connect


def waited(emitted, deadline):
    with contextlib.suppress(queue.Empty):
        return emitted.get(timeout=max(0.01, min(0.05, deadline - time.monotonic())))


@pytest.mark.parametrize('seed', SEEDS)
def test_chaos_of_a_watch(serve, start, world, monkeypatch, seed):
    monkeypatch.setattr(watcher, '_READ_TIMEOUT', 0.05)
    chaos = Collection(seed)
    launch, connect = serve
    server = launch(chaos)
    connection = connect(server)
    run = start(lambda emit: Watcher(Watch(PODS, 'ns'), connection, emit, set(), world.environment))
    state, restarts = {}, chaos.dice.randrange(3)
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        payload = waited(run.emitted, deadline)
        if isinstance(payload, Listed):
            names = [item['metadata']['name'] for item in payload.objects]
            assert len(set(names)) == len(names), f'seed {seed}: {names}'
            state = dict(zip(names, payload.objects))
        elif isinstance(payload, Changed):
            name = payload.object['metadata']['name']
            if payload.change == 'DELETED':
                state.pop(name, None)
            else:
                state[name] = payload.object
        elif payload is None and chaos.settled() and versions(state) == versions(chaos.objects):
            break
        if restarts and random.random() < 0.02:
            restarts -= 1
            server.close()
            server = launch(chaos, server.port)
    assert versions(state) == versions(chaos.objects), f'seed {seed}'
    assert run.quiet(0.02) or chaos.settled()


def versions(objects):
    return {name: item['metadata']['resourceVersion'] for name, item in objects.items()}


@pytest.mark.parametrize('seed', SEEDS)
def test_chaos_of_a_log(serve, start, world, seed):
    chaos = Container(seed)
    launch, connect = serve
    server = launch(chaos)
    connection = connect(server)

    def status():
        return Logs(
            'ns', 'web', 'u1', 'main', restarts=len(chaos.runs) - 1, running=not chaos.ended
        )

    def make(emit):
        reader = LogReader(status(), connection, emit, world.environment)
        chaos.update_status = lambda: reader.update(status())
        return reader

    run = start(make)
    texts, ends = [], []
    deadline = time.monotonic() + TIMEOUT
    restarts = chaos.dice.randrange(3)
    while time.monotonic() < deadline:
        payload = waited(run.emitted, deadline)
        if isinstance(payload, LogLines):
            texts += [line.text for line in payload.lines]
        elif isinstance(payload, LogEnd):
            ends.append((payload.restarts, len(texts)))
        assert not isinstance(payload, LogGap), f'seed {seed}: {payload}'
        if chaos.ended and len(ends) == len(chaos.runs):
            break
        if restarts and random.random() < 0.02:
            restarts -= 1
            server.close()
            server = launch(chaos, server.port)
    expected = [text for lines in chaos.runs for _, text in lines]
    assert texts == expected, f'seed {seed}'
    lengths = [sum(map(len, chaos.runs[: count + 1])) for count in range(len(chaos.runs))]
    assert ends == list(enumerate(lengths)), f'seed {seed}'
