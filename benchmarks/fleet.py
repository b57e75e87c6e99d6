"""Cost of tracking a rollout of 200 Deployments with 5 pods each: kubectl-dog and kubedog.

It starts a cluster with kwok pods, which are only objects. Each tool starts after the change.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
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
    """The cost of a run: `cpu` in seconds, `memory` in MiB, the maximum of open `connections`."""

    cpu: float
    memory: float
    seconds: float
    connections: int
    code: int

    def row(self, name, base):
        """The cells of a table; ratios are to the cost of another tool."""
        ratios = (
            [f'{own / other:.2f}' for own, other in zip(self[:2], base[:2])] if base else ['–'] * 2
        )
        return (
            f'| {name} | {self.cpu:.2f} | {ratios[0]} | {self.memory:.0f} | {ratios[1]} '
            f'| {self.connections} | {self.seconds:.0f} | {self.code} |'
        )


def fleet(count, replicas, version):
    """The Deployments with a version."""
    deployments = []
    for number in range(count):
        name, template = f'web-{number:03}', kwok.template()
        deployment = manifests.deployment(name, replicas=replicas, template=template)
        [container] = deployment['spec']['template']['spec']['containers']
        container['env'] = [{'name': 'VERSION', 'value': version}]
        deployment['metadata']['namespace'] = SPACE
        deployments.append(deployment)
    return deployments


def run(command, environment, output):
    """Run a command; returns its cost."""
    began = time.monotonic()
    with output.open('wb') as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        most, ended = 0, 0
        while not ended:
            most = max(most, connections(process.pid))
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            time.sleep(0.1)
    seconds = time.monotonic() - began
    cpu, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    return Cost(cpu, memory, seconds, most, os.waitstatus_to_exitcode(status))


def connections(pid):
    """The number of open sockets of a process."""
    try:
        links = [os.readlink(entry.path) for entry in os.scandir(f'/proc/{pid}/fd')]
    except OSError:
        return 0
    return sum(link.startswith('socket:') for link in links)


def spec(count):
    """The spec for `kubedog multitrack`."""
    names = [f'web-{number:03}' for number in range(count)]
    entries = [{'ResourceName': name, 'Namespace': SPACE, 'SkipLogs': True} for name in names]
    return {'Deployments': entries}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--dog', default=shutil.which('kubectl-dog'))
    parser.add_argument('--count', type=int, default=200)
    parser.add_argument('--replicas', type=int, default=5)
    parser.add_argument('--only', choices=('kubectl-dog', 'kubedog'))
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix='fleet-'))
    with private.opened() as cluster:
        kwok.start(cluster, nodes=20)
        cluster.kubectl('create', 'namespace', SPACE)
        stages.await_usable(cluster.kubectl, SPACE)
        measure(cluster, chosen, folder)


def measure(cluster, chosen, folder):
    """Run the tools one after the other, and print their costs."""
    environment = {**os.environ, 'KUBECONFIG': str(cluster.settings.kubeconfig)}
    (folder / 'spec.json').write_text(json.dumps(spec(chosen.count)))
    programs = {
        'kubectl-dog': [chosen.dog, 'rollout', '-f', str(folder / 'fleet.json'), '--no-logs'],
        'kubedog': ['sh', '-c', f'exec {KUBEDOG} multitrack < {folder / "spec.json"}'],
    }
    roll(cluster, chosen, folder, 'first')
    costs = {}
    for name, command in programs.items():
        if chosen.only not in (None, name):
            continue
        settle(cluster, chosen.count)
        roll(cluster, chosen, folder, name)
        costs[name] = run(command, environment, folder / f'{name}.out')
        sys.stderr.write(f'{name}: {costs[name]}, output: {folder / name}.out\n')
    write(f'{chosen.count} Deployments of {chosen.replicas} kwok pods, without logs:\n')
    write('| tool | CPU s | × kubedog | MiB | × kubedog | connections | s | exit code |')
    write('| --- |' + ' ---: |' * 7)
    for name, cost in costs.items():
        write(cost.row(name, costs.get('kubedog')))


def write(text):
    sys.stdout.write(f'{text}\n')


def roll(cluster, chosen, folder, version):
    """Apply the whole fleet with another version."""
    items = fleet(chosen.count, chosen.replicas, version)
    path = folder / 'fleet.json'
    path.write_text(json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': items}))
    cluster.kubectl('apply', '--server-side', '-f', str(path))


def settle(cluster, count):
    """Wait until the whole fleet is ready."""
    path = '{range .items[*]}{.status.updatedReplicas} {.status.readyReplicas}\n{end}'
    while True:
        output = cluster.kubectl('get', 'deployments', '-n', SPACE, '-o', f'jsonpath={path}').stdout
        rows = [row.split() for row in output.splitlines()]
        if len(rows) == count and all(len(row) == 2 and row[0] == row[1] for row in rows):
            time.sleep(3)
            return
        time.sleep(1)


if __name__ == '__main__':
    main()
