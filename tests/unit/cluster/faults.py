"""Faults of a server, of a proxy or of the network, for `faulty_cluster`."""

from __future__ import annotations

import gzip
import json
import random
import threading
import time
import zlib
from collections import Counter
from functools import partial

from tests.unit.cluster.faulty_cluster import LINES
from tests.unit.cluster.faulty_cluster import bookmark
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import Wire
from tests.unit.cluster.server import page
from tests.unit.cluster.server import refuse

READERS = ('deployments', 'replicasets', 'pods', 'events', 'log')
WATCHES = READERS[:-1]
GONE = {'type': 'ERROR', 'object': {'kind': 'Status', 'code': 410, 'reason': 'Expired'}}
HTML = page(b'<html>Please sign in</html>', Content_Type='text/html')
SHUT_DOWN = Wire.cut


def always(script, *names):
    """The script in place of every answer, or of those of some paths."""

    def fault(wire, name, cluster):
        if names and name not in names:
            return False
        script(wire)
        return True

    return fault


class Amid:
    """Ends what each reader reads, and answers its next requests by scripts, each `times`.

    Watches have listed their objects then, and the log has a quarter of its lines.
    """

    def __init__(self, *scripts, times=1, names=READERS):
        self.scripts = scripts * times
        self.names = names
        self.expected = len(names) + 2 * ('events' in names)
        self.changed = threading.Condition()
        self.counts = Counter()

    def __call__(self, wire, name, cluster):
        if name not in self.names:
            return False
        key = (name, wire.request.query.get('fieldSelector'))
        with self.changed:
            number = self.counts[key]
            self.counts[key] += 1
            self.changed.notify_all()
        if number == 0:
            self.begin(wire, name, cluster)
        elif number <= len(self.scripts):
            self.misbehave(wire, name, cluster, number)
        else:
            # The fault is over for all readers at the same time.
            with self.changed:
                self.changed.wait_for(lambda: self.is_over(cluster), 20)
            return False
        return True

    def misbehave(self, wire, name, cluster, number):
        self.scripts[number - 1](wire)

    def begin(self, wire, name, cluster):
        if name == 'log':
            wire.head(Content_Type='text/plain')
            wire.send(*cluster.lines(wire)[: LINES // 4])
            wire.cut()
        elif 'watch' not in wire.request.query:
            cluster.list(wire, name)
            with self.changed:
                # The watch after it is the first one.
                self.counts[name, wire.request.query.get('fieldSelector')] = 0
        else:
            # Its connection is not used again: the next request needs a new one.
            wire.head(chunked=False, Content_Type='application/json')
            if 'resourceVersion' not in wire.request.query:
                objects = [{'type': 'ADDED', 'object': obj} for obj in cluster.objects(name)]
                wire.send(*objects, bookmark('10', {'k8s.io/initial-events-end': 'true'}))

    def is_over(self, cluster):
        """Whether each reader has met all scripts."""
        counts = list(self.counts.values())
        return len(counts) == self.expected and min(counts) > len(self.scripts) + 1


class Restarts(Amid):
    """A server that is away for some simulated seconds, by the waits between retries."""

    def __init__(self, seconds):
        self.seconds = seconds
        waited, times, wait = 0.2, 0, 0.2
        while waited <= seconds:
            wait = min(2 * wait, 5.0)
            waited += wait
            times += 1
        super().__init__(SHUT_DOWN, times=times)


class RandomCuts(Amid):
    """Cuts each watch and the log again and again, after none to three events or some lines."""

    def __init__(self, seed, times):
        super().__init__(*[None] * times)
        self.seed = seed

    def misbehave(self, wire, name, cluster, number):
        dice = random.Random(f'{self.seed} {name} {wire.request.query} {number}')
        count = dice.randrange(4)
        wire.head()
        # As much again as the reader has, and a little more.
        lines = cluster.lines(wire)[: 3 + 3 * count] if name == 'log' else [bookmark('10')] * count
        wire.send(*lines)
        dice.choice((wire.cut, wire.reset))()


class Late:
    """Delays each answer by some real seconds."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __call__(self, wire, name, cluster):
        time.sleep(self.seconds)
        return False


def compressed(wire, name, cluster):
    """Answer as a healthy server, compressed, although nobody asked for it."""
    head, send, compressor = wire.head, wire.send, zlib.compressobj(wbits=31)

    def compress(*parts):
        for part in parts:
            data = part if isinstance(part, bytes) else json.dumps(part).encode() + b'\n'
            send(compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH))

    wire.head = partial(head, Content_Encoding='gzip')
    wire.send = compress
    cluster.answer(wire, name)
    if 'watch' not in wire.request.query and name != 'log':
        send(compressor.flush())
    return True


def raw(*parts, then=None):
    """These bytes on the wire, and then the end of the connection."""

    def script(wire):
        wire.raw(b''.join(parts))
        getattr(wire, then or 'cut')()

    return script


def endless(head, part):
    """A part again and again, until the client has gone."""

    def script(wire):
        wire.raw(head)
        while not wire.server.closing.is_set():
            wire.raw(part)

    return script


def slow(head, part, seconds):
    """A part every few seconds, until the client has gone."""

    def script(wire):
        wire.raw(head)
        while not wire.server.closing.wait(seconds):
            wire.raw(part)

    return script


OK = b'HTTP/1.1 200 OK\r\n'
JSON = OK + b'Content-Type: application/json\r\n'
CHUNKED = JSON + b'Transfer-Encoding: chunked\r\n\r\n'
ITEMS = b'{"items": [], "metadata": {"resourceVersion": "1"}}'


def with_length(length, body=ITEMS):
    return JSON + b'Content-Length: %s\r\n\r\n' % str(length).encode() + body


def bomb(size):
    """A small body that is large when it is decompressed."""
    return page(gzip.compress(bytes(size)), Content_Encoding='gzip')


class Expires(Amid):
    """The token expires amid the run; `renew(cluster)` provides another one."""

    def __init__(self, renew):
        super().__init__(None, names=('deployments', 'pods', 'log'))
        self.renew = renew
        self.is_renewed = False

    def __call__(self, wire, name, cluster):
        if self.is_renewed and wire.request.headers['authorization'] != 'Bearer two':
            refuse(401, 'Unauthorized')(wire)
            return True
        return super().__call__(wire, name, cluster)

    def is_over(self, cluster):
        counts = list(self.counts.values())
        return self.is_renewed and len(counts) == self.expected and min(counts) > 1

    def misbehave(self, wire, name, cluster, number):
        with self.changed:
            if not self.is_renewed:
                self.renew(cluster)
                self.is_renewed = True
        if wire.request.headers['authorization'] == 'Bearer two':
            cluster.answer(wire, name)
        else:
            refuse(401, 'Unauthorized')(wire)


class Redirect(Amid):
    """Redirects to another server, which must not be asked."""

    def __init__(self, times):
        self.elsewhere = Server()
        location = f'http://127.0.0.1:{self.elsewhere.port}/login?next=%2F'
        super().__init__(page(b'', 302, Location=location), times=times)


def silent(wire):
    """Headers, and then nothing."""
    wire.head()
    wire.hold()


def long_line(wire, name, cluster):
    """The log has a line of 4 MB between two others."""
    if name != 'log' or 'sinceTime' in wire.request.query:
        return False
    first, *rest = cluster.lines(wire)
    wire.head(Content_Type='text/plain')
    stamp = first.partition(b' ')[0]
    wire.send(first, stamp, b' ', *[b'x' * 65536] * 64, b'\n', *rest)
    wire.hold()
    return True


class FirstLists:
    """Answers the first list of each reader by a script."""

    def __init__(self, script):
        self.script = script
        self.met = set()

    def __call__(self, wire, name, cluster):
        key = (name, wire.request.query.get('fieldSelector'))
        if name == 'log' or 'watch' in wire.request.query or key in self.met:
            return False
        self.met.add(key)
        self.script(wire)
        return True
