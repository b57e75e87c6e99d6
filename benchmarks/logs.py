"""Compare the cost of logs of kubectl-dog, `kubectl logs -f`, stern and kubedog on the same pods.

Prints Markdown. See README.md and `python benchmarks/logs.py --help`.
"""

from __future__ import annotations

import argparse
import calendar
import json
import os
import re
import select
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
# The kubelet rotates a log at 10 MiB, and rotated lines cannot be followed.
LINES = 80_000
FAST = (
    f'awk "BEGIN{{for(i=1;i<={LINES};i++) printf '
    '\\"line %08d INFO request handled in 12ms path=/api/v1/things status=200\\\\n\\", i}"; '
    'sleep 100000'
)
# One for the engine of Python, and one for the automaton.
EXPRESSIONS = ('status=[0-9]', 'INFO .*status=200')
OURS = 'kubectl-dog'
KUBEDOG = 'kubedog-v0.12.3'
# Seconds that a tool has for all lines; kubedog starts only five logs per second.
TIMEOUT = 150
PACED = 'i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.02; done'
NUMBER = re.compile(rb'line 0*(\d+)')


def tools(dog, name, regex=''):
    """The commands of the tools that follow all logs of a deployment from the first line.

    With an expression the tools filter, in colour, if they can; the others print all lines.
    """
    paint, colour = (('--include', regex), 'always') if regex else ((), 'never')
    match = ('-i', regex) if regex else ()
    commands = {
        OURS: [
            dog, 'follow', f'deploy/{name}', '-n', SPACE, '--tail', '-1', '--color', colour, *paint,
        ],
        'kubectl logs -f': [
            'kubectl', 'logs', '-f', '-n', SPACE, '-l', f'app={name}', '--tail', '-1',
            '--all-containers', '--max-log-requests', '200',
        ],
        'stern': [
            'stern', '-n', SPACE, '-l', f'app={name}', '--color', colour, '--tail', '-1',
            '--max-log-requests', '200', *match,
        ],
    }  # fmt: skip
    if shutil.which(KUBEDOG):
        # `multitrack` has a filter, but prints no logs of what is ready.
        commands['kubedog follow'] = [
            KUBEDOG, 'follow', 'deployment', name, '-n', SPACE, '--logs-since', 'all',
        ]  # fmt: skip
    return commands


def install(folder):
    """Install kubectl-dog from a wheel in a new environment; returns its path."""
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
    containers_spec = [
        {'name': f'main-{number}', 'image': IMAGE, 'command': ['sh', '-c', script]}
        for number in range(containers)
    ]
    pod = {'containers': containers_spec, 'terminationGracePeriodSeconds': 0}
    spec = {
        'replicas': replicas,
        'selector': {'matchLabels': labels},
        'template': {'metadata': {'labels': labels}, 'spec': pod},
    }
    deployment = {
        'apiVersion': 'apps/v1', 'kind': 'Deployment',
        'metadata': {'name': name, 'namespace': SPACE}, 'spec': spec,
    }  # fmt: skip
    kubectl('apply', '-f', '-', input=json.dumps(deployment).encode())
    kubectl('rollout', 'status', f'deploy/{name}', '-n', SPACE, '--timeout', '180s')


def kubectl(*args, check=True, **options):
    return subprocess.run(['kubectl', *args], check=check, stdout=subprocess.PIPE, **options).stdout


def await_lines(name, count, lines):
    """Wait until the pods have written all lines, so that only the tools are measured."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        tail = kubectl(
            'logs', '-n', SPACE, '-l', f'app={name}', '--tail', '1', '--all-containers',
            '--max-log-requests', '200',
        )  # fmt: skip
        if tail.count(b'line %08d ' % lines) == count:
            return
        time.sleep(1)
    raise SystemExit(f'{name}: the pods have not written their lines')


def read_lines(command, lines):
    """Read that many log lines of a command and kill it: CPU s, s, peak MB, and lines read."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    count, rest = 0, b''
    while count < lines:
        left = max(0.0, began + TIMEOUT - time.monotonic())
        if not left or not select.select([child.stdout], [], [], left)[0]:
            break
        block = os.read(child.stdout.fileno(), 1 << 18)
        if not block:
            break
        rest += block
        whole, _, rest = rest.rpartition(b'\n')
        count += whole.count(b'line 0')
    seconds = time.monotonic() - began
    child.send_signal(signal.SIGKILL)
    _, _, usage = os.wait4(child.pid, 0)
    child.stdout.close()
    return usage.ru_utime + usage.ru_stime, seconds, usage.ru_maxrss / 1024, count


def measure(commands, lines, rounds):
    """By tool: CPU ms per 100,000 lines in all and after the first line, lines/s, peak MB, lines.

    The tools take turns; medians.
    """
    runs = {tool: [] for tool in commands}
    for _ in range(rounds):
        for tool, command in commands.items():
            short = list(command)
            if '--tail' in short:
                short[short.index('--tail') + 1] = '1'
            first = read_lines(short, 1)[0]
            cpu, seconds, memory, count = read_lines(command, lines)
            per = 100_000 / max(count, 1) * 1000
            runs[tool].append((cpu * per, (cpu - first) * per, count / seconds, memory, count))
    return {tool: [statistics.median(values) for values in zip(*run)] for tool, run in runs.items()}


def workloads(args):
    """(title, pods, containers, lines of a container, expression) of each workload."""
    if not args.crowd:
        yield '1 log', 1, 1, LINES, ''
        yield f'{args.pods} logs', args.pods, 1, LINES, ''
    for regex in EXPRESSIONS:
        yield f'200 logs, `{regex}`', 20, 10, 2000, regex


def compare(dog, args):
    """Print a table of all workloads with all tools."""
    rows = []
    for title, pods, containers, lines, regex in workloads(args):
        name = f'load-{pods}'
        deploy(name, FAST.replace(str(LINES), str(lines)), pods, containers)
        await_lines(name, pods * containers, lines)
        commands = tools(dog, name, regex)
        if regex and regex != EXPRESSIONS[0]:
            commands = {tool: commands[tool] for tool in (OURS, 'stern')}
        total = pods * containers * lines
        rows += [
            [title, *row]
            for row in compare_rows(measure(commands, total, args.rounds), total, regex)
        ]
        if regex != EXPRESSIONS[0]:
            kubectl('delete', 'deploy', name, '-n', SPACE)
    head = ('what', 'tool', 'CPU ms per 100,000 lines', '× stern', 'without start-up', '× stern')
    write(f'Medians of {args.rounds}; 200 logs are those of 20 pods, filtered and in colour:\n')
    table((*head, 'lines/s', '× stern', 'peak MB'), rows, 2)


def compare_rows(results, total, regex):
    """The rows of a workload."""
    stern = results['stern']
    for tool, (cpu, net, rate, memory, count) in results.items():
        note = '' if count >= total else f' ({count:,.0f} of {total:,} lines in {TIMEOUT} s)'
        if regex and tool not in (OURS, 'stern'):
            note += ' (no filter)'
        yield (
            tool + note, f'{cpu:.0f}', f'{cpu / stern[0]:.2f}', f'{net:.0f}',
            f'{net / stern[1]:.2f}', f'{rate:,.0f}', f'{rate / stern[2]:.2f}', f'{memory:.0f}',
        )  # fmt: skip


def latency(dog, seconds):
    """p50 and p99 in ms by tool, from the time stamp of the runtime to the line on the pipe."""
    commands = tools(dog, 'paced')
    commands.pop('kubedog follow', None)
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
    output = kubectl('logs', '-n', SPACE, '-l', 'app=paced', '--tail', '-1', '--timestamps')
    for line in output.splitlines():
        stamp, _, text = line.decode().partition(' ')
        whole, _, fraction = stamp.rstrip('Z').partition('.')
        epoch = time.strptime(whole + ' UTC', '%Y-%m-%dT%H:%M:%S %Z')
        stamps[int(text.split()[1])] = calendar.timegm(epoch) + float(f'0.{fraction}')
    # The tools start at different times: only lines that all tools printed are compared.
    common = set.intersection(*(set(times) for times in seen.values())) & set(stamps)
    common = sorted(common)[25:]
    result = {}
    for tool, times in seen.items():
        late = sorted((times[number] - stamps[number]) * 1000 for number in common)
        result[tool] = (late[len(late) // 2], late[len(late) * 99 // 100], len(late))
    return result


def table(head, rows, words=1):
    write('| ' + ' | '.join(head) + ' |')
    write('|' + ' --- |' * words + ' ---: |' * (len(head) - words))
    for row in rows:
        write('| ' + ' | '.join(row) + ' |')
    write('')


def write(*words):
    sys.stdout.write(' '.join(map(str, words)) + '\n')
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--pods', type=int, default=4, help='pods of the second load')
    parser.add_argument('--seconds', type=float, default=20, help='how long latency is measured')
    parser.add_argument('--streams', type=int, default=500, help='for the memory per stream')
    parser.add_argument('--crowd', action='store_true', help='only the 200 filtered logs')
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
            compare(dog, args)
            if args.crowd:
                return
            compare_latency(dog, args)
        finally:
            kubectl('delete', 'namespace', SPACE, '--wait=false')
        command = [python, str(HERE / 'streams.py'), str(args.streams)]
        subprocess.run(command, check=True, cwd=folder)


def compare_latency(dog, args):
    """Print the latency of slowly written lines."""
    deploy('paced', PACED, 1)
    latencies = latency(dog, args.seconds)
    write('Latency at 50 lines/s, from the runtime’s time stamp to the pipe, all at once:\n')
    table(
        ('tool', 'p50 ms', 'p99 ms', 'lines'),
        [(tool, f'{p50:.1f}', f'{p99:.1f}', str(n)) for tool, (p50, p99, n) in latencies.items()],
    )


if __name__ == '__main__':
    main()
