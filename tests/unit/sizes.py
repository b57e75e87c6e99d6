"""The numbers of entries in all collections that objects of the package hold, by attribute."""

from __future__ import annotations

from collections import Counter
from collections import deque
from collections.abc import Mapping

COLLECTIONS = (dict, list, set, frozenset, tuple, deque)


def sizes(*roots):
    """Count the entries of collections, with those inside them, by class and attribute."""
    counts, seen = Counter(), set()
    waiting = deque(roots)
    while waiting:
        owner = waiting.popleft()
        if id(owner) in seen:
            continue
        seen.add(id(owner))
        for name, value in attributes(owner):
            counts[f'{type(owner).__name__}.{name}'] += entries(value, waiting, set())
    return +counts


def attributes(owner):
    yield from getattr(owner, '__dict__', {}).items()
    if isinstance(owner, tuple) and hasattr(owner, '_fields'):
        yield from zip(owner._fields, owner)
    wrapped = getattr(owner, '__self__', None)
    if wrapped is not None:
        yield 'self', wrapped


def entries(value, waiting, seen):
    """The number of entries of a value; objects of the package are put into `waiting`."""
    if isinstance(value, tuple) and hasattr(value, '_fields'):
        waiting.append(value)
        return 0
    if not isinstance(value, COLLECTIONS):
        if type(value).__module__.startswith('kubectl_dog.') or callable(value):
            waiting.append(value)
        return 0
    if id(value) in seen:
        return 0
    seen.add(id(value))
    members = [*value, *value.values()] if isinstance(value, Mapping) else value
    return len(value) + sum(entries(member, waiting, seen) for member in members)
