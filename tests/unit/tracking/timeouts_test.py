from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.options import Options
from kubectl_dog.tracking import timeouts


@pytest.mark.parametrize(
    ('options', 'assessed', 'limit'),
    (
        (Options(), {}, (590.0, '--stall-timeout')),
        (Options(stall_timeout=60.0), {}, (50.0, '--stall-timeout')),
        (Options(timeout=30.0), {}, (10.0, '--timeout')),
        (Options(), {'deadline_at': 1050.0}, (30.0, 'progressDeadlineSeconds')),
        (Options(), {'deadline_at': 1010.0}, (590.0, '--stall-timeout')),
        (Options(timeout=15.0, stall_timeout=9.0), {}, None),
        (Options(follow=True), {}, None),
        (Options(once=True), {}, None),
    ),
)
def test_the_limit_of_a_target_without_a_cause(options, assessed, limit):
    """At 20 s, with progress at 10 s; the run began at 1000 s of the server."""
    state = Assessment(State.PROGRESSING, **assessed)
    assert timeouts.run_limit(20.0, options, state, 10.0, 1000.0) == limit
