"""Logs: kubectl-dog beside `kubectl logs -f` and stern, on the same pods in one run.

Prints Markdown. See README.md; `python benchmarks/logs.py --help` for what can be left out.
"""

from __future__ import annotations

import argparse
import calendar
import json
import os
import re
import selectors
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPACE = 'kubectl-dog-bench-logs'
IMAGE = 'localhost/busybox:1'
# The kubelet rotates a log at 10 MiB, and nobody can follow what it has rotated away.
LINES = 80_000
FAST = (
    f'awk "BEGIN{{for(i=1;i<={LINES};i++) printf '
    '\\"line %08d INFO request handled in 12ms path=/api/v1/things status=200\\\\n\\", i}"; '
    'sleep 100000'
)
# One that Python's own engine matches, and one that the automaton does.
EXPRESSIONS = ('status=[0-9]', 'INFO .*status=200')
PACED = 'i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.02; done'
NUMBER = re.compile(rb'line 0*(\d+)')


def tools(dog, name):
    """The commands that follow every pod of a deployment from its first line."""
    return {
        'kubectl-dog': [dog, 'follow', f'deploy/{name}', '-n', SPACE, '--tail', '-1'],
        'kubectl logs -f': [
            'kubectl', 'logs', '-f', '-n', SPACE, '-l', f'app={name}', '--tail', '-1',
            '--max-log-requests', '50',
        ],
        'stern': ['stern', '-n', SPACE, '-l', f'app={name}', '--color', 'never', '--tail', '-1'],
    }  # fmt: skip


def install(folder):
    """kubectl-dog as users have it: a wheel in an environment of its own."""
    shutil.copytree(
        HERE.parent, folder / 'tree', ignore=shutil.ignore_patterns('.git', 'build', '*.egg-info')
    )
    python = folder / 'venv/bin/python'
    for command in (
        (sys.executable, '-m', 'venv', folder / 'venv'),
        (python, '-m', 'pip', '-q', 'install', folder / 'tree'),
    ):
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    return str(folder / 'venv/bin/kubectl-dog')


def deploy(name, script, replicas, containers=1):
    labels = {'app': name}
    made = [
        {'name': f'main-{number}', 'image': IMAGE, 'command': ['sh', '-c', script]}
        for number in range(containers)
    ]
    pod = {'containers': made, 'terminationGracePeriodSeconds': 0}
    spec = {
        'replicas': replicas,
        'selector': {'matchLabels': labels},
        'template': {'metadata': {'labels': labels}, 'spec': pod},
    }
    made = {
        'apiVersion': 'apps/v1', 'kind': 'Deployment',
        'metadata': {'name': name, 'namespace': SPACE}, 'spec': spec,
    }  # fmt: skip
    kubectl('apply', '-f', '-', input=json.dumps(made).encode())
    kubectl('rollout', 'status', f'deploy/{name}', '-n', SPACE, '--timeout', '180s')


def kubectl(*args, check=True, **options):
    return subprocess.run(['kubectl', *args], check=check, stdout=subprocess.PIPE, **options).stdout


def written(name, count):
    """Wait until the pods have written everything: the tools race each other, not the pods."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        tail = kubectl('logs', '-n', SPACE, '-l', f'app={name}', '--tail', '1')
        if tail.count(b'line %08d ' % LINES) == count:
            return
        time.sleep(1)
    raise SystemExit(f'{name}: the pods have not written their lines')


def crowd(dog, args):
    """200 logs at once, filtered and in colour: the same expression for both."""
    pods, containers, lines = 20, 10, 2000
    script = FAST.replace(str(LINES), str(lines))
    deploy('crowd', script, pods, containers)
    streams = pods * containers
    time.sleep(10)
    for regex in EXPRESSIONS:
        commands = {
            'kubectl-dog': [
                dog, 'follow', 'deploy/crowd', '-n', SPACE, '--tail', '-1', '--include', regex,
                '--color', 'always',
            ],
            'stern': [
                'stern', '-n', SPACE, '-l', 'app=crowd', '--tail', '-1', '-i', regex, '--color',
                'always', '--max-log-requests', str(streams),
            ],
        }  # fmt: skip
        runs = {tool: [] for tool in commands}
        for _ in range(args.rounds):
            for tool, command in commands.items():
                runs[tool].append(drink(command, streams * lines))
        found = {tool: [statistics.median(each) for each in zip(*runs[tool])] for tool in runs}
        base = found['stern']
        say(f'{streams} streams × {lines:,} lines, `{regex}`, medians of {args.rounds}:\n')
        table(
            ('tool', 'CPU s', '× stern', 'seconds', '× stern', 'peak MB'),
            [
                (
                    tool, f'{cpu:.2f}', f'{cpu / base[0]:.2f}', f'{seconds:.2f}',
                    f'{seconds / base[1]:.2f}', f'{memory:.0f}',
                )
                for tool, (cpu, seconds, memory) in found.items()
            ],
        )  # fmt: skip
    kubectl('delete', 'deploy', 'crowd', '-n', SPACE)


def drink(command, lines):
    """Read that many log lines of a command and end it: its cost."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    got, held = 0, b''
    while got < lines:
        block = os.read(child.stdout.fileno(), 1 << 18)
        if not block:
            break
        held += block
        whole, _, held = held.rpartition(b'\n')
        got += whole.count(b'line 0')
    seconds = time.monotonic() - began
    child.send_signal(signal.SIGKILL)
    _, _, usage = os.wait4(child.pid, 0)
    child.stdout.close()
    if got < lines:
        raise SystemExit(f'{command[0]} ended after {got} of {lines} lines')
    return usage.ru_utime + usage.ru_stime, seconds, usage.ru_maxrss / 1024


def race(dog, name, pods, rounds):
    """Rows: tool, CPU per 100,000 lines in all and after the first line, lines/s, peak MB."""
    lines = LINES * pods
    runs = {tool: [] for tool in tools(dog, name)}
    for _ in range(rounds):
        for tool, command in tools(dog, name).items():
            tail = command.index('--tail') + 1
            first, _, _ = drink([*command[:tail], '1', *command[tail + 1 :]], 1)
            cpu, seconds, memory = drink(command, lines)
            per = 100_000 / lines * 1000
            runs[tool].append((cpu * per, (cpu - first) * per, lines / seconds, memory))
    return {tool: [statistics.median(each) for each in zip(*run)] for tool, run in runs.items()}


def latency(dog, seconds):
    """Per tool p50 and p99 in ms from the runtime's own time stamp to the line on our pipe."""
    commands = tools(dog, 'paced')
    for command in commands.values():
        command[command.index('--tail') + 1] = '0'
    seen = {tool: {} for tool in commands}
    children = {}
    watched = selectors.DefaultSelector()
    for tool, command in commands.items():
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        children[tool] = child
        watched.register(child.stdout, selectors.EVENT_READ, tool)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for key, _ in watched.select(0.5):
            block = os.read(key.fd, 65536)
            now = time.time()
            for number in NUMBER.findall(block):
                seen[key.data].setdefault(int(number), now)
    for child in children.values():
        child.kill()
        child.wait()
        child.stdout.close()
    stamps = {}
    said = kubectl('logs', '-n', SPACE, '-l', 'app=paced', '--tail', '-1', '--timestamps')
    for line in said.splitlines():
        stamp, _, text = line.decode().partition(' ')
        whole, _, fraction = stamp.rstrip('Z').partition('.')
        epoch = time.strptime(whole + ' UTC', '%Y-%m-%dT%H:%M:%S %Z')
        stamps[int(text.split()[1])] = calendar.timegm(epoch) + float(f'0.{fraction}')
    # All tools start at different moments: only lines that every tool told are compared.
    common = set.intersection(*(set(times) for times in seen.values())) & set(stamps)
    common = sorted(common)[25:]
    found = {}
    for tool, times in seen.items():
        late = sorted((times[number] - stamps[number]) * 1000 for number in common)
        found[tool] = (late[len(late) // 2], late[len(late) * 99 // 100], len(late))
    return found


def table(head, rows):
    say('| ' + ' | '.join(head) + ' |')
    say('| --- |' + ' ---: |' * (len(head) - 1))
    for row in rows:
        say('| ' + ' | '.join(row) + ' |')
    say('')


def say(*words):
    sys.stdout.write(' '.join(map(str, words)) + '\n')
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--pods', type=int, default=4, help='pods of the second race')
    parser.add_argument('--seconds', type=float, default=20, help='how long latency is measured')
    parser.add_argument('--streams', type=int, default=500, help='for the memory per stream')
    parser.add_argument('--crowd', action='store_true', help='only 200 filtered streams')
    parser.add_argument('--dog', help='this kubectl-dog instead of a fresh wheel of the tree')
    args = parser.parse_args()
    missing = [name for name in ('kubectl', 'stern') if not shutil.which(name)]
    if missing:
        parser.error(f'not on PATH: {", ".join(missing)}')
    with tempfile.TemporaryDirectory(prefix='bench-logs-') as folder:
        dog = args.dog or install(Path(folder))
        python = str(Path(dog).with_name('python'))
        kubectl('create', 'namespace', SPACE, check=False, stderr=subprocess.DEVNULL)
        try:
            crowd(dog, args)
            if args.crowd:
                return
            compare(dog, args)
        finally:
            kubectl('delete', 'namespace', SPACE, '--wait=false')
        command = [python, str(HERE / 'streams.py'), str(args.streams)]
        subprocess.run(command, check=True, cwd=folder)


def compare(dog, args):
    for name, pods in (('one', 1), ('many', args.pods)):
        deploy(name, FAST, pods)
        written(name, pods)
        found = race(dog, name, pods, args.rounds)
        stern = found['stern']
        say(f'{pods} × {LINES:,} lines, medians of {args.rounds}:\n')
        head = ('tool', 'CPU ms per 100,000 lines', '× stern', 'without start-up', '× stern')
        table(
            (*head, 'lines/s', '× stern', 'peak MB'),
            [
                (
                    tool, f'{cpu:.0f}', f'{cpu / stern[0]:.2f}', f'{net:.0f}',
                    f'{net / stern[1]:.2f}', f'{rate:,.0f}', f'{rate / stern[2]:.2f}',
                    f'{memory:.0f}',
                )
                for tool, (cpu, net, rate, memory) in found.items()
            ],
        )  # fmt: skip
        kubectl('delete', 'deploy', name, '-n', SPACE)
    deploy('paced', PACED, 1)
    found = latency(dog, args.seconds)
    say('Latency at 50 lines/s, from the runtime’s time stamp to the pipe, all at once:\n')
    table(
        ('tool', 'p50 ms', 'p99 ms', 'lines'),
        [(tool, f'{p50:.1f}', f'{p99:.1f}', str(n)) for tool, (p50, p99, n) in found.items()],
    )


if __name__ == '__main__':
    main()
