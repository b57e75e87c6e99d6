"""Each scenario in scenarios/ ends with its verdict, names its cause, and in time."""

from __future__ import annotations

import warnings

import pytest

from . import corpus
from . import scenario
from .stage import scene

SCENARIOS = scenario.load()


@scene(*SCENARIOS)
def test_scenario(played, request):
    play = request.node.callspec.params['played']
    if played.first_faults:
        warnings.warn(
            f'played again, as the machine was too busy: {played.first_faults}', stacklevel=1
        )
    faults = play.faults(played)
    folder = request.config.getoption('--record-corpus')
    if folder and not faults:
        faults = corpus.save(play, played, folder)
    if faults:
        pytest.fail('; '.join(faults) + '\n' + played.result.output, pytrace=False)
