"""A pytest plugin that calls trackers again with partly invalid objects.

Each view of a test of a package is repeated with parts removed or replaced. A tracker must not
raise then, and must return a valid assessment.
"""

from __future__ import annotations

import copy
import os
import random

import pytest

from kubectl_dog import testing

# Number of invalid variants of each view; set it higher for a search.
TIMES = int(os.environ.get('SPOILED', '8'))
ODD = (
    *(None, '', 'x', 'True', '2026-13-01T00:00:00Z', '2026-01-01T11:59:59Z', '9' * 30, '-1'),
    *(0, -1, 10**30, 1.5, True, [], [None], ['x'], [[]], {}, {'x': None}, {'type': 'Ready'}),
)


def paths(obj, at=()):
    """The paths of all values in an object, except its uid, which relates objects."""
    inside = obj.items() if isinstance(obj, dict) else enumerate(obj)
    for key, value in inside:
        path = (*at, key)
        if path not in (('metadata',), ('metadata', 'uid')):
            yield path
        if isinstance(value, (dict, list)):
            yield from paths(value, path)


def spoil_object(obj, rng):
    """Remove a value of an object, or replace it by an odd value."""
    *path, key = rng.choice(list(paths(obj)))
    for step in path:
        obj = obj[step]
    if isinstance(obj, dict) and rng.random() < 0.4:
        del obj[key]
    else:
        obj[key] = copy.deepcopy(rng.choice(ODD))


def objects(view):
    """The distinct objects of a view."""
    shown = [view.object, *view.objects_by_watch._members]
    shown += [event for some in view.kube_events_by_uid.values() for event in some]
    return list({id(obj): obj for obj in shown}.values())


def spoiled(view, rng):
    """A copy of a view with one to four values spoiled."""
    result = copy.deepcopy(view)
    shown = objects(result)
    for _ in range(rng.randint(1, 4)):
        # Other operators write the target, so that odd values are most likely there.
        spoil_object(result.object if rng.random() < 0.6 else rng.choice(shown), rng)
    return result


def run_tracker(tracker, view):
    """Call a tracker as a run does: first its wants, then its assessment."""
    assert all(want is not None for want in testing.wants(tracker, view))
    return original_assess(tracker, view)


original_assess = testing.assess


def assess(tracker, shown):
    """The assessment of a view, after those of its spoiled copies."""
    assessment = original_assess(tracker, shown)
    view = testing._view(shown)
    if isinstance(view.objects_by_watch, testing.FileObjectsByWatch):
        for seed in range(TIMES):
            run_tracker(tracker, spoiled(view, random.Random(f'{seed} {assessment}')))
    return assessment


@pytest.fixture(autouse=True)
def spoiling(monkeypatch):
    monkeypatch.setattr(testing, 'assess', assess)
