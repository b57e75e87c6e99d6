"""Run all benchmarks against kubectl, kubedog and stern, and write one Markdown page.

    eval "$(python -m tests.cluster env)"
    python -m benchmarks [--output FILE] [--only fleet,logs] [--dog PATH]

The peers are built with Go on the first run. `fleet` starts a cluster of its own; `logs` and
`start-up` use that of KUBECONFIG; the others need none. All of it takes about half an hour.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks import logs
from benchmarks import peers

HERE = Path(__file__).resolve().parent


class Bench(NamedTuple):
    """A script; `prints_tables` says that it prints Markdown, `options` is for reduced runs."""

    title: str
    script: str
    prints_tables: bool = True
    needs_dog: bool = True


BENCHES = {
    'start-up': Bench('Start-up, and a finished rollout', 'start_up.py'),
    'fleet': Bench('Rollout of a fleet', 'fleet.py'),
    'logs': Bench('Logs', 'logs.py'),
    'status': Bench('`status` of a thousand objects', 'status.py', False, False),
    'long-run': Bench('`follow` for a day', 'long_run.py', False, False),
}
VERSIONS = {
    'kubectl-dog': ('version', '--client'),
    'kubectl': ('version', '--client'),
    'stern': ('--version',),
    'kubedog-v0.12.3': ('version',),
}


def header(dog):
    """Lines about the date, the machine and the versions."""
    model = platform.processor() or platform.machine()
    for line in Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            model = line.partition(':')[2].strip()
    memory = os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1024**3
    date = time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())
    yield f'{date}; {os.cpu_count()} × {model}, {memory:.0f} GiB,'
    yield f'{platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f} at the start;'
    yield f'Python {platform.python_version()}\n'
    for program, words in VERSIONS.items():
        path = dog if program == 'kubectl-dog' else shutil.which(program)
        if path:
            done = subprocess.run((path, *words), capture_output=True, text=True, check=False)
            first = (done.stdout.splitlines() or [''])[0]
            yield f'- {program}: {first.removeprefix("Client Version: ")}'


def run(name, args, dog):
    """The section of a benchmark as Markdown."""
    bench = BENCHES[name]
    extra = args.options.get(name, ())
    command = [sys.executable, str(HERE / bench.script), *extra]
    if bench.needs_dog:
        command += ['--dog', dog]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    text = done.stdout.rstrip()
    if not bench.prints_tables:
        text = f'```\n{text}\n```'
    ended = f'\n\nIt ended with exit code {done.returncode}.' if done.returncode else ''
    return f'## {bench.title}\n\n    {" ".join([bench.script, *extra])}\n\n{text}{ended}\n'


def option(text):
    """`logs=--rounds 1` as a name and the options of its script."""
    name, _, words = text.partition('=')
    if name not in BENCHES:
        raise argparse.ArgumentTypeError(f'unknown benchmark {name!r}: use {", ".join(BENCHES)}')
    return name, words.split()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--output', type=Path, help='write to this file, not to standard output')
    parser.add_argument('--only', default=','.join(BENCHES), help='names with commas between them')
    parser.add_argument('--dog', help='this kubectl-dog instead of a fresh wheel of the tree')
    parser.add_argument(
        '--option', dest='options', action='append', default=[], type=option,
        help='options of a script: `fleet=--count 100`',
    )  # fmt: skip
    args = parser.parse_args()
    args.options = dict(args.options)
    names = [option(name)[0] for name in args.only.split(',')]
    os.environ['PATH'] = f'{peers.ensure()}{os.pathsep}{os.environ["PATH"]}'
    with tempfile.TemporaryDirectory(prefix='bench-') as folder:
        dog = args.dog or logs.install(Path(folder))
        sections = ['\n'.join(['# Benchmarks\n', *header(dog), ''])]
        for name in names:
            sys.stderr.write(f'{name} …\n')
            sections.append(run(name, args, dog))
    page = '\n'.join(sections)
    if args.output:
        args.output.write_text(page)
    else:
        sys.stdout.write(page)


if __name__ == '__main__':
    main()
