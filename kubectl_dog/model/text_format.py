"""Parts of sentences: numbers, the hint about a denied read, and whether there may be a secret."""

from __future__ import annotations

# The next step after a read that is denied, as the end of a sentence.
ROLE_HINT = ' (--print-rbac prints the Role that is needed)'

# Every text in which `secret_texts` finds a secret has one of these.
_SECRET_HINTS = (
    *('=', '@', '--', '":', "':", ': ', 'earer ', 'asic ', 'eyJ', 'PRIVATE KEY', 'LS0tLS1CRUdJTi'),
    *('AKIA', 'ASIA', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'xox'),
    *('AIza', 'k_live_', 'npm_', 'hvs.', 'hooks.slack.com', 'redacted-'),
)
_SUFFIXES = {1: 'st', 2: 'nd', 3: 'rd'}


def ordinal(number: int) -> str:
    """Return an ordinal number: `1st`, `2nd`, `3rd`, `11th`."""
    teen = number % 100 in (11, 12, 13)
    return f'{number}{"th" if teen else _SUFFIXES.get(number % 10, "th")}'


def count_noun(number: int, noun: str) -> str:
    """Return a number with a noun: `1 pod`, `3 pods`."""
    return f'{number} {noun}' if number == 1 else f'{number} {noun}s'


def may_hold_secret(text: str) -> bool:
    """Return whether a text may have a secret part; a quick check that most texts do not pass."""
    return any(map(text.__contains__, _SECRET_HINTS))
