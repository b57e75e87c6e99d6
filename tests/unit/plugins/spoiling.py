"""A plugin of pytest for the packages' own tests: whatever a tracker is shown there, it is shown
again with some of it spoiled, and must neither raise nor give anything of another shape.
"""

from __future__ import annotations

import copy
import os
import random

import pytest

from kubectl_dog import testing

# Times that each view of a test is spoiled: more for a search.
TIMES = int(os.environ.get('SPOILED', '8'))
ODD = (
    *(None, '', 'x', 'True', '2026-13-01T00:00:00Z', '2026-01-01T11:59:59Z', '9' * 30, '-1'),
    *(0, -1, 10**30, 1.5, True, [], [None], ['x'], [[]], {}, {'x': None}, {'type': 'Ready'}),
)


def spots(thing, at=()):
    """The path to everything in an object but its uid, by which what is shown is found."""
    inside = thing.items() if isinstance(thing, dict) else enumerate(thing)
    for key, value in inside:
        path = (*at, key)
        if path not in (('metadata',), ('metadata', 'uid')):
            yield path
        if isinstance(value, (dict, list)):
            yield from spots(value, path)


def spoil(thing, chance):
    """Take something away from it, or put something odd in its place."""
    *path, key = chance.choice(list(spots(thing)))
    for step in path:
        thing = thing[step]
    if isinstance(thing, dict) and chance.random() < 0.4:
        del thing[key]
    else:
        thing[key] = copy.deepcopy(chance.choice(ODD))


def objects(view):
    """Everything that a view shows, each once."""
    found = [view.object, *view.objects_by_watch._members]
    found += [one for some in view.kube_events_by_uid.values() for one in some]
    return list({id(one): one for one in found}.values())


def spoiled(view, chance):
    """The same view with one to four of its parts spoiled."""
    made = copy.deepcopy(view)
    shown = objects(made)
    for _ in range(chance.randint(1, 4)):
        # The target is what its operator writes, and most often is odd.
        spoil(made.object if chance.random() < 0.6 else chance.choice(shown), chance)
    return made


def look(tracker, view):
    """As a run does: what is wanted, and then what that means."""
    assert all(want is not None for want in testing.wants(tracker, view))
    return unchecked(tracker, view)


unchecked = testing.assess


def assess(tracker, shown):
    """The judgement of a test, and those of spoiled ones."""
    judged = unchecked(tracker, shown)
    view = testing._view(shown)
    if isinstance(view.objects_by_watch, testing.FileObjectsByWatch):
        for seed in range(TIMES):
            look(tracker, spoiled(view, random.Random(f'{seed} {judged}')))
    return judged


@pytest.fixture(autouse=True)
def spoiling(monkeypatch):
    monkeypatch.setattr(testing, 'assess', assess)
