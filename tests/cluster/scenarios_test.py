"""Each scenario in scenarios/ ends with its verdict, names its cause, and in time."""

from __future__ import annotations

import warnings

import pytest

from . import scenario
from .stage import scene

SCENARIOS = scenario.load()


@scene(*SCENARIOS)
def test_scenario(played, request):
    told = request.node.callspec.params['played']
    if played.starved:
        warnings.warn(f'played again, as the machine was too busy: {played.starved}', stacklevel=1)
    faults = told.faults(played)
    if faults:
        pytest.fail('; '.join(faults) + '\n' + played.result.output, pytrace=False)
