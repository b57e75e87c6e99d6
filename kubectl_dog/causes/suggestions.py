"""Suggest existing names that are similar to a missing name, which is often misspelt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kubectl_dog.model.causes import Cause

# Comparing two names takes time in proportion to the product of their lengths. Users choose names,
# and may create thousands: this limits a comparison with a whole namespace to half a second.
_MOST_COMPARED = 10_000_000


def similar_names(
    wanted: str, names: Sequence[str], limit: int = 3, similarity: float = 0.6
) -> list[str]:
    """Return at most `limit` similar names, the most similar first.

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


def with_existing_names(
    cause: Cause, kind: str, wanted: str, names: Sequence[str], where: str = ' in the namespace'
) -> Cause:
    """Add whether the missing object exists by now, or else a similar name from `where`."""
    exists = wanted in names
    similar = [] if exists else similar_names(wanted, names)
    if exists:
        fact = f'{kind} "{wanted}" exists now'
    elif similar:
        fact = f'a similar {kind} exists: "{similar[0]}"'
    else:
        fact = f'no {kind} with a similar name exists{where} ({len(names)} in total)'
    return cause._replace(recovering=exists, evidence=(*cause.evidence, fact))
