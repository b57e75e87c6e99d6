"""Regular expressions that were written for RE2 (Go), and are run by Python.

They agree on nearly everything. What Python cannot read is an error, and so is what it would read
as something else: a filter that shows other lines than before is worse than none.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

from kubectl_dog.multitrack_spec.spec_fields import text
from kubectl_dog.multitrack_spec.spec_fields import wrong

_ESCAPED = re.compile(r'\\.', re.DOTALL)
_DIFFERENT = (
    (re.compile(r'\[:\^?\w+:\]'), 'which only RE2 knows: write a class like [a-z]'),
    (re.compile(r'\(\?(?:<?[=!]|P=|>|\()'), 'which RE2 does not know'),
    (re.compile(r'\{,\d+\}'), 'which RE2 takes as it stands, and Python for a repetition'),
)
# Before `=` stands the container, where a regular expression is for one alone.
_EQUALS = re.compile(r'(\\?)=|\\.', re.DOTALL)


def regex(data: Any, path: str) -> str:
    """A regular expression that means the same to RE2 and to Python; raises UserError."""
    pattern = text(data, path)
    said = _difference(pattern)
    if said:
        raise wrong(path, f'{pattern!r} {said}')
    try:
        with warnings.catch_warnings():
            # What it says may change one day: `[[]` and the like.
            warnings.simplefilter('ignore')
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        said = f'is no regular expression of Python, which differ from those of RE2: {error}'
        raise wrong(path, f'{pattern!r} {said}') from None
    return pattern


def _difference(pattern: str) -> str:
    """What the two would read differently; empty where there is nothing."""
    bare = _ESCAPED.sub('', pattern)
    for odd, said in _DIFFERENT:
        found = odd.search(bare)
        if found:
            return f'has {found[0]}, {said}'
    return ''


def for_all(pattern: str) -> str:
    """The expression in `Options.include`, where `NAME=` would make it one container's."""
    return _EQUALS.sub(lambda found: r'\x3d' if found[0].endswith('=') else found[0], pattern)
