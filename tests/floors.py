"""Check the branch coverage of the last run of the unit tests against two floors.

    pytest tests/unit --cov --cov-report=
    python -m tests.floors

Code that decides verdicts has every branch tested. The whole package has a floor: branches that
need a real cluster, another system or a race belong to other tiers. Subprocesses are not measured.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# In percent, of the whole package.
FLOOR = 98.5

# Files and folders with 100 % branch coverage.
JUDGEMENTS = (
    'kubectl_dog/causes',
    'kubectl_dog/trackers',
    'kubectl_dog/tracking/schedule/scheduler.py',
    'kubectl_dog/tracking/verdict/ready_when.py',
    'kubectl_dog/tracking/engine.py',
    'kubectl_dog/tracking/verdict/decide.py',
    'kubectl_dog/tracking/targets/pod_summary.py',
    'kubectl_dog/tracking/verdict/min_available.py',
    'kubectl_dog/tracking/verdict/explain.py',
    'kubectl_dog/tracking/status/assess_once.py',
    'kubectl_dog/tracking/targets/evaluator.py',
    'kubectl_dog/tracking/schedule/event_dedup.py',
    'kubectl_dog/tracking/logs/selection.py',
    'kubectl_dog/tracking/schedule/groups.py',
    'kubectl_dog/tracking/targets/change_events.py',
    'kubectl_dog/tracking/timeouts.py',
    'kubectl_dog/tracking/progress.py',
    'kubectl_dog/tracking/verdict/expectations.py',
    'kubectl_dog/tracking/verdict/cause_clocks.py',
    'kubectl_dog/tracking/targets/presence.py',
    'kubectl_dog/tracking/targets/event_watches.py',
    'kubectl_dog/tracking/store.py',
    'kubectl_dog/tracking/verdict/call_result.py',
    'kubectl_dog/tracking/targets/tracked_target.py',
    'kubectl_dog/tracking/world.py',
    'kubectl_dog/tracking/verdict/target_options.py',
)


def report(*arguments):
    """The exit code of `coverage report`: 2 if a floor is not reached."""
    return subprocess.call([sys.executable, '-m', 'coverage', 'report', *arguments], cwd=ROOT)


def main():
    missing = [path for path in JUDGEMENTS if not (ROOT / path).exists()]
    if missing:
        # coverage ignores a pattern without a match.
        print(f'not there: {", ".join(missing)}', file=sys.stderr)
        return 1
    patterns = [f'{path}/**' if (ROOT / path).is_dir() else path for path in JUDGEMENTS]
    judgements = report(f'--include={",".join(patterns)}', '--fail-under=100')
    return report(f'--fail-under={FLOOR}') or judgements


if __name__ == '__main__':
    sys.exit(main())
