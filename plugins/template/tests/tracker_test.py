from __future__ import annotations

from pathlib import Path

import pytest
from kubectl_dog_example import tracker

from kubectl_dog.testing import check
from kubectl_dog.testing import replay

EXAMPLE = """\
apiVersion: example.com/v1
kind: Example
metadata: {name: one, generation: 2}
status: {observedGeneration: 2, phase: %s}
"""


@pytest.mark.parametrize(
    ('phase', 'expected'),
    (
        ('Done', {'state': 'ready'}),
        ('Broken', {'state': 'failed', 'reason': 'Broken', 'says': 'is broken'}),
        ('Working', {'state': 'progressing', 'says': 'status.phase to be Done'}),
    ),
)
def test_the_phase_decides(phase, expected):
    check(tracker, EXAMPLE % phase, **expected)


def test_a_status_of_the_generation_before_is_not_believed():
    check(
        tracker, EXAMPLE.replace('generation: 2}', 'generation: 3}') % 'Done', state='progressing'
    )


def test_a_real_rollout():
    """Recorded with `kubectl dog rollout example/one --record tests/rollout.jsonl`."""
    played = replay(Path(__file__).with_name('rollout.jsonl'), tracker)
    assert (played.exit_code, played.verdict) == (0, 'ready')
