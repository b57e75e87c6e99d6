"""Names that are near the one that is missing: most missing things are misspelt."""

from __future__ import annotations

from collections.abc import Sequence


def near(wanted: str, names: Sequence[str], limit: int = 3, similarity: float = 0.6) -> list[str]:
    """The most similar names, the nearest first; none where nothing is similar: from 0 to 1."""
    import difflib

    return difflib.get_close_matches(wanted, names, n=limit, cutoff=similarity)


def nearest(kind: str, wanted: str, names: Sequence[str], where: str = ' in the namespace') -> str:
    """A sentence about what there is instead of the thing that is missing."""
    similar = near(wanted, names)
    if similar:
        return f'a similar {kind} exists: {similar[0]}'
    return f'no {kind} of a similar name exists{where} ({len(names)} in all)'
