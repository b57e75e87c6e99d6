"""Exit codes of `kubectl dog run`."""

from __future__ import annotations

import pytest

from kubectl_dog.tracking.command_state import process_exit_code
from kubectl_dog.tracking.command_state import run_exit_code


@pytest.mark.parametrize(
    ('command', 'verdict', 'with_verdict', 'code'),
    [
        (0, 0, False, 0),
        (0, 1, False, 0),
        (0, 1, True, 1),
        (0, 3, True, 3),
        (7, 0, False, 7),
        (7, 0, True, 7),
        (7, 1, True, 7),
        (137, 1, False, 137),
        (3, 3, False, 3),
        (0, 130, False, 130),
        (0, 143, False, 143),
        (0, 129, False, 129),
        (1, 130, False, 1),
        (None, 130, False, 130),
        (None, 5, False, 5),
    ],
)
def test_the_exit_code_of_the_process(command, verdict, with_verdict, code):
    assert process_exit_code(command, verdict, with_verdict) == code


@pytest.mark.parametrize(
    ('verdict', 'failed', 'timed_out', 'code'),
    [
        (0, False, False, 0),
        (1, False, False, 1),
        (4, True, False, 4),
        (0, True, False, 1),
        (0, True, True, 3),
    ],
)
def test_the_exit_code_of_the_run_is_one_of_verdicts(verdict, failed, timed_out, code):
    assert run_exit_code(verdict, failed, timed_out) == code
