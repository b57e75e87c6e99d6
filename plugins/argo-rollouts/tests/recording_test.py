"""Replay a rollout of a real controller (from tests/cluster/argo_rollouts_test.py)."""

from __future__ import annotations

from pathlib import Path

from kubectl_dog_argo_rollouts import tracker

from kubectl_dog.testing import replay


def test_a_canary_whose_analysis_failed():
    played = replay(str(Path(__file__).with_name('analysis.jsonl')), tracker)
    assert (played.exit_code, played.verdict) == (1, 'failed')
    assert played.reason == 'AnalysisFailed'
    output = '\n'.join(played.lines)
    # The job that measured says why; nothing of the stable revision is shown.
    assert 'last log line: 7 requests failed' in output
    assert 'waiting for the analysis web-' in output
    assert 'serving two' in output and 'serving one' not in output
