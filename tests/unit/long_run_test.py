"""A run of days needs no more memory than one of minutes: nothing is kept of what is gone."""

from __future__ import annotations

import pytest

from kubectl_dog import api
from kubectl_dog.cluster.source.watch_sharing import SharedSource
from kubectl_dog.model import pods
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Target
from kubectl_dog.output import live_table
from kubectl_dog.output import log_repeats
from kubectl_dog.output import plain
from kubectl_dog.output import pod_lines
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.tracking.targets import evaluator
from tests.unit import fleet
from tests.unit.churn import ROUND
from tests.unit.churn import Day
from tests.unit.sizes import sizes

ROUNDS = 25
# At the same moment of a round, also of the ten rounds after which watches are interrupted.
MARKS = [(rounds + 0.9) * ROUND for rounds in (14, 24)]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Small limits, so that a short run reaches them."""
    for module, name in (
        (pod_lines, 'MAX_LEAVING'),
        (log_repeats, 'MAX_LOGS'),
        (plain, 'MAX_TEXTS'),
        (live_table, '_MAX_ENDED'),
        (evaluator, '_MOST_CHILDREN'),
    ):
        monkeypatch.setattr(module, name, 6)
    monkeypatch.setattr(pods, '_cache', {})


def measured(target):
    """The sizes of all collections at two moments of a day, and the caches of the modules."""
    shared = SharedSource(Day(ROUNDS))
    session = api.session(shared, [target], Options(follow=True))
    renderers = [plain.PlainRenderer(RenderOptions(fleet.STARTED, follow=True))]
    table = live_table.LiveTable(str, Palette(False))
    results, marks = [], list(MARKS)
    for events in session.event_batches():
        for event in events:
            table.add(event)
            for renderer in renderers:
                renderer.render(event)
        if marks and shared.now() >= marks[0]:
            del marks[0]
            counts = sizes(session, shared, table, *renderers)
            results.append({**counts, 'containers': len(pods._cache)})
        if not marks:
            break
    return results


@pytest.mark.parametrize(
    'target',
    (
        Target(DEPLOYMENTS, fleet.SPACE, 'web-000'),
        Group(PODS, fleet.SPACE, 'app=web-000'),
    ),
    ids=('a Deployment', 'its pods as a group'),
)
def test_nothing_grows_while_pods_are_replaced(target):
    before, after = measured(target)
    pairs = {key: (before.get(key, 0), count) for key, count in after.items()}
    assert {key: pair for key, pair in pairs.items() if pair[1] > pair[0]} == {}
