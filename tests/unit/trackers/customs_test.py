"""Custom resources of every operator whose rules ship; writes docs/custom-resources.md.

`KUBECTL_DOG_WRITE=1 pytest tests/unit/trackers/customs_test.py` writes the document; otherwise it
must be what is there.
"""

from __future__ import annotations

import pytest

from tests.unit.trackers.customs import cases


@pytest.mark.parametrize(
    'case', cases.CASES, ids=[f'{c.operator} {c.kind}: {c.situation}' for c in cases.CASES]
)
def test_a_custom_resource_is_judged_as_its_operator_means_it(case):
    played = cases.play(case.object)
    assert cases.outcome(played)[0] == case.expected, played.ended or played.track.state
