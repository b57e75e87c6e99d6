"""Check that a regular expression for Go (RE2) means the same in Python.

Nearly all do. Others are an error, as a filter must not show other lines than with kubedog.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

from kubectl_dog.multitrack_spec.spec_fields import spec_error
from kubectl_dog.multitrack_spec.spec_fields import text

_ESCAPED = re.compile(r'\\.', re.DOTALL)
_DIFFERENCES = (
    (re.compile(r'\[:\^?\w+:\]'), 'which only RE2 knows: write a class like [a-z]'),
    (re.compile(r'\(\?(?:<?[=!]|P=|>|\()'), 'which RE2 does not know'),
    (re.compile(r'\{,\d+\}'), 'which RE2 takes as it stands, and Python for a repetition'),
)
# In Options.include, `NAME=` before an expression restricts it to one container.
_EQUALS = re.compile(r'(\\?)=|\\.', re.DOTALL)


def regex(data: Any, path: str) -> str:
    """A regular expression that means the same to RE2 and to Python; raises UserError."""
    pattern = text(data, path)
    problem = _find_difference(pattern)
    if problem:
        raise spec_error(path, f'{pattern!r} {problem}')
    try:
        with warnings.catch_warnings():
            # Python warns that `[[]` and the like may change their meaning.
            warnings.simplefilter('ignore')
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        problem = f'is no regular expression of Python, which differ from those of RE2: {error}'
        raise spec_error(path, f'{pattern!r} {problem}') from None
    return pattern


def _find_difference(pattern: str) -> str:
    """The difference between RE2 and Python for this pattern; empty if there is none."""
    bare = _ESCAPED.sub('', pattern)
    for different, problem in _DIFFERENCES:
        match = different.search(bare)
        if match:
            return f'has {match[0]}, {problem}'
    return ''


def for_all(pattern: str) -> str:
    """The expression in a form for `Options.include` that applies to all containers."""
    return _EQUALS.sub(lambda match: r'\x3d' if match[0].endswith('=') else match[0], pattern)
