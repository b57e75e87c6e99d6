"""Tests of the exit codes of `status --exit-code`."""

from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import State
from kubectl_dog.model.statuses import exit_code
from kubectl_dog.model.verdicts import Verdict


@pytest.mark.parametrize(
    ('states', 'code'),
    [
        ((), 0),
        (('ready', 'ready'), 0),
        (('ready', 'paused'), 6),
        (('paused', 'progressing'), 3),
        (('unknown',), 3),
        (('progressing', 'deleting'), 4),
        (('absent',), 4),
        (('deleting', 'failed', 'ready'), 1),
    ],
)
def test_the_worst_state_is_the_exit_code(states, code):
    assert exit_code(map(State, states)) == code


@pytest.mark.parametrize('state', State)
def test_every_state_has_a_code(state):
    assert exit_code([state]) in (0, 1, 3, 4, 6)


def test_no_access_takes_precedence_over_states():
    assert exit_code([State.FAILED], Verdict.NO_ACCESS) == 5
    assert exit_code([], Verdict.NEVER_APPEARED) == 4
