"""A rollout costs as much in a namespace with thousands of other pods as in an empty one.

`pytest -rP` shows the printed figures.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import manifests
from . import stage as stages
from .harness import kwok
from .harness import private
from .harness.counting import CountingProxy
from .harness.processes import until

OTHERS = 5000
OWNERS = 5
# Seconds until all pods run; without other work two processors need a minute.
FILL_TIMEOUT = 400


@dataclass(frozen=True)
class Cost:
    """The resources that a rollout used."""

    received: int
    items: int
    memory: int
    seconds: float
    # What was received, by kind.
    kinds: Counter
    code: int

    def __str__(self):
        return (
            f'{self.received:,} bytes, {self.items:,} items ({dict(self.kinds)}), '
            f'{self.memory:,} KiB, {self.seconds:.1f} s'
        )


@pytest.fixture(scope='module')
def costs(own_machine, tmp_path_factory):
    """The cost of a rollout in an empty namespace, and in a full one."""
    folder = tmp_path_factory.mktemp('scale')
    # A cluster for these tests alone: deleting thousands of pods takes longer than all the rest.
    with private.opened() as cluster:
        kwok.start(cluster)
        empty = cost(filled(cluster, folder / 'empty', 0), cluster)
        print(f'empty: {empty}')
        full = cost(filled(cluster, folder / 'full', OTHERS), cluster)
        print(f'full: {full}')
        yield {'empty': empty, 'full': full}


def filled(cluster, folder, pods):
    """A stage in a new namespace with so many running pods."""
    folder.mkdir()
    cluster.kubectl('create', 'namespace', folder.name)
    stages.await_usable(cluster.kubectl, folder.name)
    stage = stages.Stage(cluster.kubectl, folder.name, folder)
    crowd(stage, pods)
    return stage


def crowd(stage, pods):
    """Fills the namespace with running pods."""
    if not pods:
        return
    began = time.monotonic()
    replicas = pods // OWNERS
    stage.apply(
        [
            manifests.replicaset(f'other-{number}', replicas=replicas, template=kwok.template())
            for number in range(OWNERS)
        ]
    )
    ready = ('get', 'replicasets', '-o', 'jsonpath={.items[*].status.readyReplicas}')
    assert until(
        lambda: sum(map(int, stage.kubectl(*ready).stdout.split())) == pods, FILL_TIMEOUT, 2
    )
    print(f'{pods} pods run after {time.monotonic() - began:.0f} s')


def cost(stage, cluster):
    """Rolls out a small Deployment and counts."""
    stage.apply(manifests.deployment('web', replicas=2, probe=stages.READY_SOON))
    recording = stage.folder / 'recording.jsonl'
    began = time.monotonic()
    with CountingProxy(cluster.settings.ports.api) as proxy:
        server = f'--server=https://127.0.0.1:{proxy.port}'
        run = stage.dog.start('rollout', 'deploy/web', server, '--record', str(recording))
        memory = 0
        while run.running():
            memory = max(memory, peak(run.pid))
            time.sleep(0.02)
        seconds = time.monotonic() - began
        result = run.wait()
        kinds = Counter(handled(recording))
        return Cost(proxy.received, sum(kinds.values()), memory, seconds, kinds, result.code)


def peak(pid):
    """The peak memory of the program, in KiB.

    Not getrusage's: that is also the memory of what the process was before it became the plugin.
    """
    try:
        status = Path(f'/proc/{pid}/status').read_text()
        command = Path(f'/proc/{pid}/cmdline').read_bytes()
    except OSError:
        return 0
    match = re.search(r'VmHWM:\s+(\d+)', status)
    return int(match[1]) if match and b'python' in command.partition(b'\0')[0] else 0


def handled(recording):
    """The kinds of the items in a recording: of objects, or of other records."""
    for text in recording.read_text().splitlines():
        record = json.loads(text)
        if 'listed' in record:
            yield from (obj.get('kind', '') for obj in record['listed'])
        elif 'object' in record:
            yield record['object'].get('kind', '')
        elif 'at' in record:
            yield from (set(record) & {'lines', 'logEnd', 'answer', 'clock', 'trouble'})


def test_rollouts_are_ready(costs):
    assert [costs['empty'].code, costs['full'].code] == [0, 0]


def test_bytes_received(costs):
    assert costs['full'].received <= 1.5 * costs['empty'].received


def test_items_handled(costs):
    assert costs['full'].items <= 1.5 * costs['empty'].items


def test_memory(costs):
    assert costs['full'].memory <= 1.15 * costs['empty'].memory
