"""Pauses that a user has to end, and pauses with a duration."""

from __future__ import annotations

import pytest
from kubectl_dog_argo_rollouts import tracker
from objects import ALL
from objects import BLUE_GREEN
from objects import DONE
from objects import HALFWAY
from objects import NEW
from objects import OLD
from objects import TWO
from objects import measurement
from objects import paused
from objects import rollout

from kubectl_dog.testing import check

NEVER_BY_ITSELF = BLUE_GREEN.replace('}', ', autoPromotionEnabled: false, autoPromotionSeconds: 9}')
DOUBTFUL = measurement('AnalysisRun', 'run-1', '  phase: Inconclusive\n  message: who knows\n')


@pytest.mark.parametrize(
    ('yaml', 'reason', 'says'),
    (
        (paused(1), 'CanaryPauseStep', 'is paused at step 2 of 5 and has to be promoted'),
        (
            paused(1, 'BlueGreenPause', BLUE_GREEN),
            'BlueGreenPause',
            'is paused before revision 2 becomes the active one and has to be promoted',
        ),
        (
            paused(1, 'BlueGreenPause', NEVER_BY_ITSELF),
            'BlueGreenPause',
            'has to be promoted',
        ),
        (
            rollout(HALFWAY, spec='  paused: true\n') + OLD + NEW,
            'RolloutPaused',
            'is paused (spec.paused) and has to be promoted',
        ),
        (
            paused(3, 'InconclusiveAnalysisRun'),
            'InconclusiveAnalysisRun',
            'is paused at step 4 of 5 and has to be promoted or aborted',
        ),
        (
            paused(3, 'InconclusiveAnalysisRun') + DOUBTFUL,
            'InconclusiveAnalysisRun',
            '(the analysis run-1 was inconclusive: who knows) and has to be promoted or aborted',
        ),
    ),
)
def test_what_somebody_has_to_end_is_a_pause(yaml, reason, says):
    assessment = check(tracker, yaml, state='paused', reason=reason, says=says, causes=())
    assert assessment.suggested_commands == (
        'kubectl argo rollouts promote -n default web',
        'kubectl argo rollouts abort -n default web',
    )


@pytest.mark.parametrize(
    ('yaml', 'says', 'pause_seconds'),
    (
        (paused(2), 'the pause at step 3 of 5 (1m) to end at 12:00:30 UTC', 60),
        (
            paused(1, 'BlueGreenPause', BLUE_GREEN.replace('}', ', autoPromotionSeconds: 90}')),
            'the pause (1m30s) to end at 12:01:00 UTC',
            90,
        ),
    ),
)
def test_what_passes_by_itself_is_none(yaml, says, pause_seconds):
    assessment = check(tracker, yaml, state='progressing', says=says)
    # A probe's and the deadline's, which the controller does not let run meanwhile.
    assert assessment.min_stall_timeout == pause_seconds + 660


def test_of_two_pauses_the_one_that_somebody_has_to_end_counts():
    yaml = paused(2).replace(
        '  pauseConditions:\n', '  pauseConditions:\n  - reason: InconclusiveAnalysisRun\n'
    )
    check(tracker, yaml, state='paused', reason='InconclusiveAnalysisRun')


def test_a_pause_that_was_just_ended_is_none():
    yaml = paused(1)
    start = yaml.index('  pauseConditions')
    yaml = yaml[:start] + yaml[yaml.index('---') :]
    check(tracker, yaml, state='progressing', says='the controller to go on')


def test_paused_with_nothing_to_roll_out_is_ready_with_a_notice():
    yaml = rollout(DONE.replace('Healthy', 'Paused'), spec='  paused: true\n') + TWO
    check(tracker, yaml, state='ready', says='is paused (spec.paused), and will roll out nothing')


@pytest.mark.parametrize(
    'status',
    (
        ALL.replace('availableReplicas: 2', 'availableReplicas: 1') + '  stableRS: bbb\n',
        ALL + '  stableRS: aaa\n',
    ),
)
def test_paused_with_something_to_roll_out_is_a_pause(status):
    yaml = rollout(status, spec='  paused: true\n') + TWO
    assessment = check(tracker, yaml, state='paused')
    # No other revision is there to go back to.
    assert assessment.suggested_commands[1] == 'kubectl argo rollouts get rollout -n default web'
