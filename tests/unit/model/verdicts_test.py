from __future__ import annotations

import pytest

from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.verdicts import exit_code


@pytest.mark.parametrize(
    ('verdicts', 'code'),
    (
        (('ready',), 0),
        (('ready', 'failed'), 1),
        (('timed-out', 'deleted'), 4),
        (('timed-out', 'paused'), 3),
        (('failed', 'no-access'), 5),
        (('never-appeared', 'failed'), 1),
        (('paused', 'ready'), 6),
        (('unknown', 'ready'), 70),
        (('unknown', 'deleted'), 70),
        (('unknown', 'failed'), 1),
        (('failed', 'interrupted'), 130),
        (('terminated', 'interrupted'), 143),
    ),
)
def test_the_worst_verdict_is_the_exit_code(verdicts, code):
    assert exit_code(tuple(Verdict(verdict) for verdict in verdicts)) == code
