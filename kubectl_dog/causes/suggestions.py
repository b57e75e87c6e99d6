"""Suggest existing names that are similar to a missing name, which is often misspelt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

# Comparing two names takes time in proportion to the product of their lengths. Users choose names,
# and may create thousands: this limits a comparison with a whole namespace to half a second.
_MOST_COMPARED = 10_000_000


def similar_names(
    wanted: str, names: Sequence[str], limit: int = 3, similarity: float = 0.6
) -> list[str]:
    """At most `limit` similar names, the most similar first.

    similarity: the least similarity, from 0 to 1.
    """
    max_names = _MOST_COMPARED // max(1, len(wanted)) ** 2
    return list(_close_matches(wanted, tuple(names[:max_names]), limit, similarity))


# Causes are computed again at every change, most of which do not change the names.
@lru_cache(maxsize=16)
def _close_matches(
    wanted: str, names: tuple[str, ...], limit: int, similarity: float
) -> tuple[str, ...]:
    import difflib

    return tuple(difflib.get_close_matches(wanted, names, n=limit, cutoff=similarity))


def similar_names_sentence(
    kind: str, wanted: str, names: Sequence[str], where: str = ' in the namespace'
) -> str:
    """A sentence that names a similar object, or says how many objects there are."""
    similar = similar_names(wanted, names)
    if similar:
        return f'a similar {kind} exists: {similar[0]}'
    return f'no {kind} of a similar name exists{where} ({len(names)} in all)'
