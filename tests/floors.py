"""Check the branch coverage that the unit tier has just measured against its two floors.

    pytest tests/unit --cov --cov-report=
    python -m tests.floors

What decides a verdict has every branch tested. The rest has a floor: what only a real cluster,
another system or a race reaches is left to the other tiers. Subprocesses are not measured.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# In percent, of the whole package.
FLOOR = 98.5

# Files, and folders with all that is in them: each has 100 %.
JUDGEMENTS = (
    'kubectl_dog/causes',
    'kubectl_dog/trackers',
    'kubectl_dog/tracking/agenda.py',
    'kubectl_dog/tracking/agreed.py',
    'kubectl_dog/tracking/core.py',
    'kubectl_dog/tracking/decide.py',
    'kubectl_dog/tracking/describe.py',
    'kubectl_dog/tracking/enough.py',
    'kubectl_dog/tracking/explain.py',
    'kubectl_dog/tracking/glance.py',
    'kubectl_dog/tracking/judge.py',
    'kubectl_dog/tracking/kubeevents.py',
    'kubectl_dog/tracking/logplan.py',
    'kubectl_dog/tracking/members.py',
    'kubectl_dog/tracking/narrate.py',
    'kubectl_dog/tracking/patience.py',
    'kubectl_dog/tracking/pins.py',
    'kubectl_dog/tracking/policy.py',
    'kubectl_dog/tracking/presence.py',
    'kubectl_dog/tracking/reads.py',
    'kubectl_dog/tracking/store.py',
    'kubectl_dog/tracking/together.py',
    'kubectl_dog/tracking/track.py',
    'kubectl_dog/tracking/views.py',
    'kubectl_dog/tracking/wishes.py',
)


def report(*arguments):
    """The exit code of `coverage report`: 2 where a floor is not reached."""
    return subprocess.call([sys.executable, '-m', 'coverage', 'report', *arguments], cwd=ROOT)


def main():
    missing = [path for path in JUDGEMENTS if not (ROOT / path).exists()]
    if missing:
        # A pattern without a match would be left out in silence.
        print(f'not there: {", ".join(missing)}', file=sys.stderr)
        return 1
    patterns = [f'{path}/**' if (ROOT / path).is_dir() else path for path in JUDGEMENTS]
    judgements = report(f'--include={",".join(patterns)}', '--fail-under=100')
    return report(f'--fail-under={FLOOR}') or judgements


if __name__ == '__main__':
    sys.exit(main())
