"""An API server with one rollout, and faults that tests inject into its answers.

The rollout is in progress until the fault is over and the program has printed the last log line.
Waits between retries end at once, and are counted for each reader: that is its simulated time.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import re
import threading
import time
import weakref
from collections import Counter
from collections import defaultdict
from functools import partial
from pathlib import Path

from kubectl_dog.cli.main import main
from kubectl_dog.cluster.reads.worker import Environment
from kubectl_dog.cluster.source import live
from kubectl_dog.cluster.transport.route import TrackedSockets
from kubectl_dog.model.times import format_nano_timestamp
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import status
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import page
from tests.unit.cluster.server import refuse

LINES = 40
_APPS, _CORE = '/apis/apps/v1/namespaces/shop', '/api/v1/namespaces/shop'
PATHS = {
    'deployments': f'{_APPS}/deployments',
    'replicasets': f'{_APPS}/replicasets',
    'pods': f'{_CORE}/pods',
    'events': f'{_CORE}/events',
    'log': f'{_CORE}/pods/web-1/log',
}
END = {'k8s.io/initial-events-end': 'true'}
LABELS = {'app': 'web', 'pod-template-hash': 'h2'}
_STARTED = '2026-01-01T00:00:00Z'
_BEGAN = 1_799_999_990_000_000_000
# A log reader waits longer than this for the next change of a pod, and not for a retry.
_IDLE = 60.0
# Seconds after which a test has failed, also on a machine that is busy.
TIMEOUT = 120.0


class Readers:
    """The simulated seconds that each reader has waited before each of its retries."""

    def __init__(self):
        self.waits = defaultdict(list)
        self.environment = Environment(random=lambda: 1.0, wait=self._wait)

    def _wait(self, event, seconds):
        if seconds > _IDLE and threading.current_thread().name.startswith('logs'):
            event.wait(seconds)
            return
        self.waits[threading.current_thread().name].append(seconds)
        event.wait(0.001)


class Cluster:
    """The objects of one rollout; `fault(wire, name, cluster)` is asked before each answer.

    It returns True if it has answered the request. `name` is a key of PATHS, or a path.
    """

    def __init__(self, tls, fault, streams=True):
        self.fault = fault
        self.folder = None
        self.streams = streams
        self.readers = Readers()
        self.is_done = threading.Event()
        self.requests = Counter()
        self.tokens = []
        self.server = Server(tls, scripts=self)

    def get(self, path):
        """The scripts of a path, as in a dict of `Server`."""
        return _Endless(partial(self._answer, {v: k for k, v in PATHS.items()}.get(path, path)))

    def _answer(self, name, wire):
        self.requests[name] += 1
        self.tokens.append(wire.request.headers.get('authorization'))
        if not self.fault(wire, name, self):
            self.answer(wire, name)

    def answer(self, wire, name):
        """Answer as a healthy server."""
        query = wire.request.query
        if name == 'log':
            self.log(wire)
        elif name not in PATHS:
            refuse(404, 'the server could not find the requested resource', 'NotFound')(wire)
        elif 'watch' not in query:
            self.list(wire, name)
        elif 'resourceVersion' not in query and not self.streams:
            refuse(400, 'sendInitialEvents is forbidden')(wire)
        else:
            self.watch(wire, name)

    def list(self, wire, name):
        metadata = {'resourceVersion': self.version()}
        page({'metadata': metadata, 'items': list(self.objects(name))})(wire)

    def watch(self, wire, name):
        wire.head(Content_Type='application/json')
        since = wire.request.query.get('resourceVersion')
        if since is None:
            since = self.version()
            for obj in self.objects(name):
                wire.send({'type': 'ADDED', 'object': obj})
            wire.send(bookmark(since, END))
        while since == self.version():
            if wire.server.closing.wait(0.005) or self.is_cut(wire):
                return
        for obj in self.objects(name):
            wire.send({'type': 'MODIFIED', 'object': obj})
        wire.hold()

    def is_cut(self, wire):
        """Whether the client has gone."""
        wire.sock.settimeout(0.0)
        try:
            return not wire.sock.recv(1)
        except OSError as error:
            return not isinstance(error, BlockingIOError) and 'read' not in str(error)
        finally:
            wire.sock.settimeout(None)

    def log(self, wire, most=LINES):
        wire.head(Content_Type='text/plain')
        for line in self.lines(wire)[:most]:
            wire.send(line)
        wire.hold()

    def lines(self, wire):
        """The log, or what the client asks for of it."""
        since = wire.request.query.get('sinceTime')
        all_lines = [
            (format_nano_timestamp(_BEGAN + number * 300_000_000), number)
            for number in range(1, LINES + 1)
        ]
        return [
            f'{stamp} line {number}\n'.encode()
            for stamp, number in all_lines
            if since is None or stamp >= since[:-1]
        ]

    def version(self):
        return '20' if self.is_done.is_set() else '10'

    def objects(self, name):
        ready = int(self.is_done.is_set())
        meta = {'namespace': 'shop', 'resourceVersion': self.version()}
        template = {'metadata': {'labels': LABELS}, 'spec': {'containers': [container(**PROBED)]}}
        spec = {'replicas': 1, 'selector': {'matchLabels': LABELS}, 'template': template}
        if name == 'deployments':
            counts = {'replicas': 1, 'updatedReplicas': 1, 'readyReplicas': ready}
            yield {
                'kind': 'Deployment',
                'apiVersion': 'apps/v1',
                'metadata': {**meta, 'name': 'web', 'uid': 'd1', 'generation': 1,
                             'annotations': {'deployment.kubernetes.io/revision': '1'}},
                'spec': {**spec, 'progressDeadlineSeconds': 600},
                'status': {**counts, 'availableReplicas': ready, 'observedGeneration': 1},
            }  # fmt: skip
        elif name == 'replicasets':
            yield {
                'kind': 'ReplicaSet',
                'apiVersion': 'apps/v1',
                'metadata': {**meta, 'name': 'web-h2', 'uid': 'r1', 'labels': LABELS,
                             'ownerReferences': [_owner('Deployment', 'web', 'd1')],
                             'annotations': {'deployment.kubernetes.io/revision': '1'}},
                'spec': spec,
                'status': {'replicas': 1, 'readyReplicas': ready, 'observedGeneration': 1},
            }  # fmt: skip
        elif name == 'pods':
            condition = {'type': 'Ready', 'status': 'True' if ready else 'False'}
            main_status = status(state={'running': {'startedAt': _STARTED}}, ready=bool(ready))
            yield {
                'kind': 'Pod',
                'apiVersion': 'v1',
                'metadata': {**meta, 'name': 'web-1', 'uid': 'p1', 'labels': LABELS,
                             'ownerReferences': [_owner('ReplicaSet', 'web-h2', 'r1')],
                             'creationTimestamp': _STARTED},
                'spec': {**template['spec'], 'nodeName': 'node-1'},
                'status': {'phase': 'Running', 'conditions': [condition],
                           'containerStatuses': [main_status]},
            }  # fmt: skip


class _Endless:
    """In the place of a path's scripts: one for every request."""

    def __init__(self, script):
        self.popleft = lambda: script


def _owner(kind, name, uid):
    version = 'apps/v1'
    return {'apiVersion': version, 'kind': kind, 'name': name, 'uid': uid, 'controller': True}


def bookmark(version, annotations=None):
    metadata = {'resourceVersion': version, 'annotations': annotations or {}}
    return {'type': 'BOOKMARK', 'object': {'kind': 'Pod', 'metadata': metadata}}


class Run:
    """What a run of the program printed, its exit code, and what it left behind."""

    def __init__(self, code, stdout, stderr, cluster):
        self.code = code
        url = cluster.server.url
        self.output = (stdout + stderr).replace(url, 'https://SERVER')
        self.output = self.output.replace(str(cluster.folder), '')
        self.cluster = cluster

    @property
    def notices(self):
        """The lines about the connection, without the time at their beginning."""
        return tuple(
            re.sub(r'^ *\d+s note +', '', line)
            for line in self.output.splitlines()
            if 'https://SERVER' in line or 'credential plugin' in line
        )

    @property
    def verdict(self):
        match = re.search(r'deploy/web.*?\b(ready|timed out|cannot be read)', self.output)
        return match[1] if match else 'none'

    @property
    def numbers(self):
        """The numbers of the log lines, in their order."""
        return [int(number) for number in re.findall(r'line (\d+)$', self.output, re.MULTILINE)]

    @property
    def short(self):
        """The output without log lines."""
        return '\n'.join(line for line in self.output.splitlines() if '│ line' not in line)

    @property
    def lost(self):
        return len(set(range(1, LINES + 1)) - set(self.numbers))

    @property
    def doubled(self):
        return len(self.numbers) - len(set(self.numbers))


def run(cluster, pki, folder, monkeypatch, *words, user=None, finish=True):
    """Run a command in this process against the cluster; it is done when the fault is over."""
    environment = cluster.readers.environment
    monkeypatch.setattr(live, 'LiveSource', partial(live.LiveSource, environment=environment))
    temporary = folder / 'tmp'
    temporary.mkdir()
    monkeypatch.setenv('TMPDIR', str(temporary))
    monkeypatch.setenv('HOME', str(folder))
    stdout, stderr = io.StringIO(), io.StringIO()
    ended = threading.Event()

    def finish_rollout():
        while not ended.wait(0.005):
            is_over = getattr(cluster.fault, 'is_over', lambda cluster: True)(cluster)
            if finish and is_over and f'line {LINES}\n' in stdout.getvalue():
                cluster.is_done.set()
                return

    threads = set(threading.enumerate())
    controller = threading.Thread(target=finish_rollout, daemon=True)
    controller.start()
    cluster.folder = folder
    config = write_kubeconfig(folder, cluster.server.url, pki / 'ca.crt', user or {'token': 't'})
    words = words or ('rollout', 'deploy/web', '--tail=-1')
    sockets = record_sockets(monkeypatch)
    before = time.monotonic()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = main([*words, '--kubeconfig', str(config), '--color', 'never'])
    ended.set()
    controller.join()
    result = Run(code, stdout.getvalue(), stderr.getvalue(), cluster)
    result.seconds = time.monotonic() - before
    assert result.seconds < TIMEOUT
    cluster.server.close()
    gc.collect()
    left = [thread for thread in threading.enumerate() if thread not in threads]
    result.left = [thread.name for thread in left if thread.is_alive()]
    result.left += [sock for sock in sockets if sock.fileno() != -1]
    result.left += os.listdir(temporary)
    return result


def record_sockets(monkeypatch):
    """The sockets of connections that are opened from now on, while they exist."""
    sockets = weakref.WeakSet()

    def add(self, sock):
        sockets.add(sock)
        real(self, sock)

    real = TrackedSockets.add
    monkeypatch.setattr(TrackedSockets, 'add', add)
    return sockets


def is_running(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    stat = Path(f'/proc/{number}/stat')
    # In a container, nobody may have waited for it.
    return not stat.exists() or stat.read_text().rpartition(')')[2].split()[0] != 'Z'


def write_kubeconfig(folder, url, authority, user):
    """Write a kubeconfig for the cluster, and return its path."""
    config = folder / 'config'
    cluster = {'server': url, 'certificate-authority': str(authority)}
    config.write_text(
        json.dumps(
            {
                'current-context': 'a',
                'clusters': [{'name': 'a', 'cluster': cluster}],
                'users': [{'name': 'a', 'user': user}],
                'contexts': [
                    {'name': 'a', 'context': {'cluster': 'a', 'user': 'a', 'namespace': 'shop'}}
                ],
            }
        )
    )
    return config
