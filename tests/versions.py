"""Run all scenarios of the cluster tests on every supported version of Kubernetes.

    python -m tests.versions           # 1.37 and 1.30, one after the other
    python -m tests.versions 1.30      # this one

It is not part of .ci/run: the first run builds each version with Go, a quarter of an hour on two
cores, and each run of the scenarios takes some minutes. A cluster that is up is stopped.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.cluster.harness import paths

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = 'tests/cluster/scenarios_test.py'


def main(chosen):
    """Run the scenarios on the chosen versions, or on all; returns the number that failed."""
    unknown = [minor for minor in chosen if minor not in paths.VERSIONS]
    if unknown:
        raise SystemExit(f'unknown version {unknown[0]}: use {" or ".join(paths.VERSIONS)}')
    for minor in paths.VERSIONS:
        _run(minor, '-m', 'tests.cluster', 'down')
    failed = []
    for minor in chosen or paths.VERSIONS:
        sys.stdout.write(f'Kubernetes {paths.VERSIONS[minor]}\n')
        sys.stdout.flush()
        if _run(minor, '-m', 'pytest', '--cluster', '-q', SCENARIOS):
            failed.append(minor)
    if failed:
        sys.stdout.write(f'failed on {", ".join(failed)}\n')
    return len(failed)


def _run(minor, *arguments):
    env = {**os.environ, 'KUBECTL_DOG_KUBERNETES': minor}
    return subprocess.run([sys.executable, *arguments], check=False, cwd=ROOT, env=env).returncode


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
