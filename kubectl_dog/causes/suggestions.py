"""Names that are near the one that is missing: most missing things are misspelt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

# To compare two names takes a time that grows with the product of their lengths. Anybody may choose
# names, and make thousands: of a whole namespace so much is compared, half a second at most.
_MOST_COMPARED = 10_000_000


def similar_names(
    wanted: str, names: Sequence[str], limit: int = 3, similarity: float = 0.6
) -> list[str]:
    """The most similar names, the nearest first; none where nothing is similar: from 0 to 1."""
    most = _MOST_COMPARED // max(1, len(wanted)) ** 2
    return list(_near(wanted, tuple(names[:most]), limit, similarity))


# Causes are looked for again at every change, most of which leave the names alone.
@lru_cache(maxsize=16)
def _near(wanted: str, names: tuple[str, ...], limit: int, similarity: float) -> tuple[str, ...]:
    import difflib

    return tuple(difflib.get_close_matches(wanted, names, n=limit, cutoff=similarity))


def similar_names_sentence(
    kind: str, wanted: str, names: Sequence[str], where: str = ' in the namespace'
) -> str:
    """A sentence about what there is instead of the thing that is missing."""
    similar = similar_names(wanted, names)
    if similar:
        return f'a similar {kind} exists: {similar[0]}'
    return f'no {kind} of a similar name exists{where} ({len(names)} in all)'
