"""Check the branch coverage of the last run of the unit tests against two floors.

    pytest tests/unit --cov --cov-report=
    python -m tests.floors

Code that decides verdicts has every branch tested. The whole package has a floor: branches that
need a real cluster, another system or a race belong to other tiers. Subprocesses are not measured.
The package is the one that is installed here, so that a wheel can be measured, too.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# In percent, of the whole package.
FLOOR = 98.5

# Files and folders with 100 % branch coverage.
JUDGEMENTS = (
    'kubectl_dog/causes',
    'kubectl_dog/checks',
    'kubectl_dog/gitops',
    'kubectl_dog/tracking/schedule/applications.py',
    'kubectl_dog/tracking/verdict/at_revision.py',
    'kubectl_dog/trackers',
    'kubectl_dog/tracking/schedule/scheduler.py',
    'kubectl_dog/tracking/verdict/ready_when.py',
    'kubectl_dog/tracking/engine.py',
    'kubectl_dog/tracking/command_engine.py',
    'kubectl_dog/tracking/command_state.py',
    'kubectl_dog/tracking/schedule/command_changes.py',
    'kubectl_dog/tracking/targets/command_target.py',
    'kubectl_dog/tracking/verdict/failed_revisions.py',
    'kubectl_dog/tracking/verdict/decide.py',
    'kubectl_dog/tracking/targets/pod_summary.py',
    'kubectl_dog/tracking/verdict/readiness.py',
    'kubectl_dog/tracking/verdict/explain.py',
    'kubectl_dog/tracking/status/assess_once.py',
    'kubectl_dog/tracking/targets/evaluator.py',
    'kubectl_dog/tracking/schedule/event_dedup.py',
    'kubectl_dog/tracking/logs/selection.py',
    'kubectl_dog/tracking/schedule/groups.py',
    'kubectl_dog/tracking/schedule/log_limit.py',
    'kubectl_dog/tracking/targets/change_events.py',
    'kubectl_dog/tracking/timeouts.py',
    'kubectl_dog/tracking/progress.py',
    'kubectl_dog/tracking/verdict/cause_clocks.py',
    'kubectl_dog/tracking/targets/presence.py',
    'kubectl_dog/tracking/targets/event_watches.py',
    'kubectl_dog/tracking/store.py',
    'kubectl_dog/tracking/verdict/call_result.py',
    'kubectl_dog/tracking/targets/tracked_target.py',
    'kubectl_dog/tracking/world.py',
    'kubectl_dog/tracking/verdict/target_options.py',
)


def installed():
    """The folder that has the package `kubectl_dog`."""
    return Path(find_spec('kubectl_dog').origin).parent.parent


def report(*arguments):
    """The exit code of `coverage report`: 2 if a floor is not reached."""
    files = (f'--rcfile={ROOT / "setup.cfg"}', f'--data-file={ROOT / ".coverage"}')
    command = [sys.executable, '-m', 'coverage', 'report', *files, *arguments]
    # coverage prints and matches paths relative to the current folder.
    return subprocess.call(command, cwd=installed())


def main():
    folder = installed()
    missing = [path for path in JUDGEMENTS if not (folder / path).exists()]
    if missing:
        # coverage ignores a pattern without a match.
        print(f'not there: {", ".join(missing)}', file=sys.stderr)
        return 1
    patterns = [f'{path}/**' if (folder / path).is_dir() else path for path in JUDGEMENTS]
    judgements = report(f'--include={",".join(patterns)}', '--fail-under=100')
    return report(f'--fail-under={FLOOR}') or judgements


if __name__ == '__main__':
    sys.exit(main())
