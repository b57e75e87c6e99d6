"""Strategies for JSON values and malformed objects; they generate the same examples every time."""

from __future__ import annotations

import copy

from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.needs import examples

SETTINGS = settings(
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=examples(200),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
WORDS = ('name', 'metadata', 'spec', 'status', 'containers', 'items', 'type', 'uid', 'time', 'data')
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(('', 'x', 'True', '2026-01-01T00:00:00Z', '\ud800', '9' * 30, *WORDS)),
    st.text(max_size=8),
)
KEYS = st.sampled_from(WORDS) | st.text(max_size=4)
ANY = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, ANY, max_size=5)


def places(value, path=()):
    """The paths of all values inside a value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in entries:
        yield (*path, key)
        if isinstance(inner, (dict, list)):
            yield from places(inner, (*path, key))


def replaced(value, path, replacement):
    """A copy of a value with the replacement at a path; unchanged if there is no such path."""
    copied = copy.deepcopy(value)
    holder = copied
    try:
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = replacement
    except (TypeError, LookupError):
        return value
    return copied


@st.composite
def misshapen(draw, *objects):
    """One of these objects, with up to three fields replaced by any JSON."""
    value = draw(st.sampled_from(objects))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(value)) or [('x',)]))
        value = replaced(value, path, draw(ANY))
    return value
