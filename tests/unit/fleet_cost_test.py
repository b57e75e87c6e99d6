"""Tracking a fleet costs no more than when the limits were set, counted and not timed.

The rollouts of `fleet.py` are replayed in simulated time, so that every number is the same in each
run; the numbers of calls differ between versions of Python.
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import sys
import tracemalloc
from typing import NamedTuple

import pytest

from kubectl_dog import api
from kubectl_dog.cluster.source.watch_sharing import SharedSource
from kubectl_dog.model import pods
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.tracking.targets.evaluator import Evaluator
from tests.unit import fleet

SMALL, LARGE, REPLICAS = 10, 50, 3
# Before Python 3.12, a comprehension is a call.
IS_OLD = sys.version_info < (3, 12)
MOST_WATCHES = 8
# What was counted when the limits were set, by the number of Deployments.
JUDGEMENTS = {SMALL: 613, LARGE: 2162}
CALLS = {SMALL: 996, LARGE: 720} if IS_OLD else {SMALL: 928, LARGE: 671}
PEAK_BYTES = 2_836_000


class Cost(NamedTuple):
    """What a rollout of a fleet has cost; `calls` of Python functions per changed object."""

    watches: int
    open_watches: int
    decoded: int
    judgements: int
    calls: float
    lines: int
    code: int


def replay(count):
    """The cost of the rollout of `count` Deployments."""
    simulated = fleet.Fleet(count, REPLICAS, count / 20)
    cluster = fleet.ReplayedCluster(simulated.initial(), list(simulated.changes()))
    targets = [Target(DEPLOYMENTS, fleet.SPACE, rollout.name) for rollout in simulated.rollouts]
    session = api.session(SharedSource(cluster), targets, Options(logs=False))
    renderer = PlainRenderer(RenderOptions(fleet.STARTED, several=True))

    def run():
        lines, most = 0, 0
        for events in session.event_batches():
            lines += sum(len(renderer.render(event)) for event in events)
            most = max(most, len(cluster.wants))
        return lines, most, events[-1].exit_code

    return cluster, run


def cost(count):
    cluster, run = replay(count)
    profile = cProfile.Profile(builtins=False)
    lines, most, code = profile.runcall(run)
    stats = pstats.Stats(profile)
    [judgements] = [
        calls
        for (_, _, name), (_, calls, *_) in stats.stats.items()
        if name == Evaluator.evaluate.__name__
    ]
    calls = stats.total_calls / cluster.decoded
    return Cost(len(cluster.opened), most, cluster.decoded, judgements, calls, lines, code)


@pytest.fixture(scope='module')
def costs():
    """The costs of a small and a large fleet; modules and caches are loaded before."""
    replay(2)[1]()
    pods._cache.clear()
    return {count: cost(count) for count in (SMALL, LARGE)}


def test_all_rollouts_are_ready(costs):
    assert {run_cost.code for run_cost in costs.values()} == {0}


@pytest.mark.parametrize('count', (SMALL, LARGE))
def test_watches_do_not_depend_on_the_number_of_targets(costs, count):
    assert costs[count].watches <= MOST_WATCHES
    assert costs[count].open_watches <= 4


def test_each_object_is_decoded_once(costs):
    """A Deployment has five objects of the first lists, and 56 changes.

    The first watches are replaced by wide ones, which list the objects again.
    """
    assert costs[LARGE].decoded <= LARGE * (2 * 5 + 56)


@pytest.mark.parametrize(('count', 'limit'), JUDGEMENTS.items())
def test_judgements_are_few(costs, count, limit):
    assert costs[count].judgements <= 1.1 * limit


@pytest.mark.parametrize(('count', 'limit'), CALLS.items())
def test_calls_per_object(costs, count, limit):
    assert costs[count].calls <= 1.1 * limit


def test_an_object_of_a_large_fleet_costs_no_more(costs):
    small, large = costs[SMALL], costs[LARGE]
    assert large.calls <= small.calls
    assert large.judgements / LARGE <= small.judgements / SMALL


def test_peak_memory():
    _, run = replay(SMALL)
    gc.collect()
    tracemalloc.start()
    try:
        run()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 1.1 * PEAK_BYTES
