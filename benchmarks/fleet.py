"""A fleet that is rolled: 200 Deployments of 5 pods each, told by kubectl-dog and by kubedog.

A cluster of its own with kwok's pods, which are only objects. Each tool begins before the change.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.cluster import manifests
from tests.cluster import stage as stages
from tests.cluster.harness import kwok
from tests.cluster.harness import private

SPACE = 'fleet'
KUBEDOG = 'kubedog-v0.12.3'


class Cost(NamedTuple):
    """`cpu` in seconds, `memory` in MiB, `watches`: the most connections at once."""

    cpu: float
    memory: float
    seconds: float
    connections: int
    code: int

    def __str__(self):
        return (
            f'CPU {self.cpu:6.2f} s, {self.memory:4.0f} MiB, {self.connections:5} connections, '
            f'{self.seconds:5.1f} s, exit code {self.code}'
        )


def fleet(count, replicas, version):
    """The Deployments at a version."""
    found = []
    for number in range(count):
        one = manifests.deployment(f'web-{number:03}', replicas=replicas, template=kwok.template())
        [container] = one['spec']['template']['spec']['containers']
        container.pop('readinessProbe', None)
        container['env'] = [{'name': 'VERSION', 'value': version}]
        one['metadata']['namespace'] = SPACE
        found.append(one)
    return found


def run(command, environment, change, output):
    """What a command cost that is begun, and under which the change is made two seconds later."""
    began = time.monotonic()
    with output.open('wb') as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        threading.Timer(2.0, change).start()
        most, ended = 0, 0
        while not ended:
            most = max(most, connections(process.pid))
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            time.sleep(0.1)
    seconds = time.monotonic() - began
    cpu, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    return Cost(cpu, memory, seconds, most, os.waitstatus_to_exitcode(status))


def connections(pid):
    """How many sockets the process has."""
    found = 0
    try:
        for each in os.scandir(f'/proc/{pid}/fd'):
            found += os.readlink(each.path).startswith('socket:')
    except OSError:
        return found
    return found


def spec(count):
    """What kubedog's multitrack reads."""
    return {
        'Deployments': [
            {
                'ResourceName': f'web-{number:03}',
                'Namespace': SPACE,
                'SkipLogs': True,
            }
            for number in range(count)
        ]
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--dog', default=shutil.which('kubectl-dog'))
    parser.add_argument('--count', type=int, default=200)
    parser.add_argument('--replicas', type=int, default=5)
    parser.add_argument('--only')
    parser.add_argument('--flags', nargs='*', default=[])
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix='fleet-'))
    with private.opened() as cluster:
        kwok.start(cluster, nodes=20)
        cluster.kubectl('create', 'namespace', SPACE)
        stages.await_usable(cluster.kubectl, SPACE)
        measure(cluster, chosen, folder)


def measure(cluster, chosen, folder):
    environment = {**os.environ, 'KUBECONFIG': str(cluster.settings.kubeconfig)}
    programs = {
        'kubectl-dog': [
            chosen.dog,
            'rollout',
            '-f',
            str(folder / 'fleet.json'),
            '--no-logs',
            *chosen.flags,
        ],
        'kubedog': [KUBEDOG, 'multitrack'],
    }
    version = 0

    def change():
        nonlocal version
        version += 1
        things = {
            'apiVersion': 'v1',
            'kind': 'List',
            'items': fleet(chosen.count, chosen.replicas, str(version)),
        }
        (folder / 'fleet.json').write_text(json.dumps(things))
        cluster.kubectl('apply', '--server-side', '-f', str(folder / 'fleet.json'))

    change()
    settle(cluster, chosen.count)
    (folder / 'spec.json').write_text(json.dumps(spec(chosen.count)))
    programs['kubedog'] = ['sh', '-c', f'exec {KUBEDOG} multitrack < {folder / "spec.json"}']
    for name, command in programs.items():
        if chosen.only and name != chosen.only:
            continue
        # The one that rolls out waits for the revision that comes, the other knows no such thing.
        change()
        cost = run(command, environment, lambda: None, folder / f'{name}.out')
        sys.stdout.write(f'{name:12} {cost}   output: {folder / name}.out\n')
        sys.stdout.flush()
        settle(cluster, chosen.count)


def settle(cluster, count):
    """Waits until the whole fleet is as wished."""
    path = '{range .items[*]}{.status.updatedReplicas} {.status.readyReplicas}\n{end}'
    while True:
        told = cluster.kubectl('get', 'deployments', '-n', SPACE, '-o', f'jsonpath={path}').stdout
        rows = [row.split() for row in told.splitlines()]
        if len(rows) == count and all(len(row) == 2 and row[0] == row[1] for row in rows):
            time.sleep(3)
            return
        time.sleep(1)


if __name__ == '__main__':
    main()
