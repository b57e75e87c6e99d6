from __future__ import annotations

import pytest

from kubectl_dog.trackers.declarative.evaluate import HOLDS
from kubectl_dog.trackers.declarative.evaluate import UNOBSERVED
from kubectl_dog.trackers.declarative.evaluate import Outcome
from kubectl_dog.trackers.declarative.evaluate import Result
from kubectl_dog.trackers.declarative.evaluate import all_of
from kubectl_dog.trackers.declarative.evaluate import any_of
from kubectl_dog.trackers.declarative.evaluate import negate

UNMET = Result(Outcome.NO, 'a')
OTHER = Result(Outcome.NO, 'b')


@pytest.mark.parametrize(
    ('left', 'right', 'both', 'either'),
    (
        (HOLDS, HOLDS, HOLDS, HOLDS),
        (HOLDS, UNOBSERVED, UNOBSERVED, HOLDS),
        (HOLDS, UNMET, UNMET, HOLDS),
        (UNOBSERVED, UNOBSERVED, UNOBSERVED, UNOBSERVED),
        (UNOBSERVED, UNMET, UNMET, UNOBSERVED),
        (UNMET, OTHER, UNMET, UNMET),
        (OTHER, UNMET, OTHER, OTHER),
    ),
)
def test_and_and_or_of_three_outcomes(left, right, both, either):
    assert (all_of([left, right]), any_of([left, right])) == (both, either)
    if UNMET not in (left, right) or OTHER not in (left, right):
        assert (all_of([right, left]), any_of([right, left])) == (both, either)


@pytest.mark.parametrize(
    ('outcome', 'negated'),
    (
        (Outcome.YES, Outcome.NO),
        (Outcome.UNKNOWN, Outcome.UNKNOWN),
        (Outcome.NO, Outcome.YES),
    ),
)
def test_not_keeps_unknown(outcome, negated):
    assert negate(Result(outcome)).outcome is negated
