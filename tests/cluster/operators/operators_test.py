"""Custom resources with their real operators; the scenarios are `VERDICT/OPERATOR-*.yaml`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import corpus
from tests.cluster import scenario
from tests.cluster import stage as stages
from tests.cluster.harness import operators
from tests.cluster.harness import private

PLAYS = {play.__name__: play for play in scenario.load(Path(__file__).parent)}


@pytest.fixture(scope='module')
def outcomes(own_machine, request, tmp_path_factory):
    """A future for each selected play, on a cluster of their own: definitions are cluster-wide."""
    selected = {item.name for item in request.session.items}
    wanted = [play for name, play in PLAYS.items() if f'test_operator[{name}]' in selected]
    names = {
        name for play in wanted for name in operators.OPERATORS if f'/{name}-' in play.__name__
    }
    folder = tmp_path_factory.mktemp('operators')
    with private.opened() as cluster:
        try:
            operators.start(cluster, names)
            with stages.playing(cluster.kubectl, wanted, folder) as started:
                yield started
        finally:
            operators.stop(cluster, names)


@pytest.mark.parametrize('name', PLAYS)
def test_operator(outcomes, name, request):
    play = PLAYS[name]
    outcome = outcomes[play].result()
    faults = play.faults(outcome)
    folder = request.config.getoption('--record-corpus')
    if folder and not faults:
        faults = corpus.save(play, outcome, folder)
    if faults:
        pytest.fail('; '.join(faults) + '\n' + outcome.result.output, pytrace=False)
