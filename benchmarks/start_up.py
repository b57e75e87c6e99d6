"""CPU and wall time from start to exit for a finished rollout: kubectl-dog and kubectl.

    python benchmarks/start_up.py [--dog PATH] [--runs 11]

It needs a cluster (KUBECONFIG), in which it creates a Deployment without pods. The programs take
turns; medians are printed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time

SPACE = 'kubectl-dog-bench-start'
NAME = 'deploy/web'


def measure(command):
    """Run a command: its CPU and wall time in seconds."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f'{" ".join(command)} failed')
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began


def compare(dog, runs):
    """Print a table of the medians."""
    place = ('-n', SPACE)
    commands = {
        'kubectl rollout status': ('kubectl', 'rollout', 'status', NAME, *place),
        'kubectl-dog rollout': (dog, 'rollout', NAME, *place),
        'kubectl --help': ('kubectl', '--help'),
        'kubectl-dog --help': (dog, '--help'),
    }
    results = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            results[name].append(measure(command))
    medians = {name: [statistics.median(of) for of in zip(*rows)] for name, rows in results.items()}
    write('| what | CPU ms | × kubectl | wall ms | × kubectl |')
    write('| --- | ---: | ---: | ---: | ---: |')
    names = [*commands]
    for base, name in zip((0, 0, 2, 2), names):
        (cpu, wall), (base_cpu, base_wall) = medians[name], medians[names[base]]
        ratios = cpu / base_cpu, wall / base_wall
        write(
            f'| {name} | {cpu * 1000:.0f} | {ratios[0]:.2f} | {wall * 1000:.0f} | {ratios[1]:.2f} |'
        )


def write(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--dog', default=shutil.which('kubectl-dog'))
    parser.add_argument('--runs', type=int, default=11)
    args = parser.parse_args()
    quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
    subprocess.run(('kubectl', 'create', 'namespace', SPACE), check=False, **quiet)
    create = ('kubectl', 'create', 'deployment', 'web', '--image=x', '--replicas=0', '-n', SPACE)
    subprocess.run(create, check=False, **quiet)
    try:
        compare(args.dog, args.runs)
    finally:
        delete = ('kubectl', 'delete', 'namespace', SPACE, '--wait=false')
        subprocess.run(delete, check=False, **quiet)


if __name__ == '__main__':
    main()
