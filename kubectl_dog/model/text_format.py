"""Parts of sentences: numbers, and what to do about a denied read."""

from __future__ import annotations

# The next step after a read that is denied, as the end of a sentence.
ROLE_HINT = ' (--print-rbac prints the Role that is needed)'

_SUFFIXES = {1: 'st', 2: 'nd', 3: 'rd'}


def ordinal(number: int) -> str:
    """Return an ordinal number: `1st`, `2nd`, `3rd`, `11th`."""
    teen = number % 100 in (11, 12, 13)
    return f'{number}{"th" if teen else _SUFFIXES.get(number % 10, "th")}'


def count_noun(number: int, noun: str) -> str:
    """Return a number with a noun: `1 pod`, `3 pods`."""
    return f'{number} {noun}' if number == 1 else f'{number} {noun}s'
