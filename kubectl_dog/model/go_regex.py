"""Check that a regular expression for Go (RE2) means the same in Python.

Nearly all do. Others are an error, because a filter must show the same lines as with kubedog.
"""

from __future__ import annotations

import re
import warnings

from kubectl_dog.model.fields import Field

_ESCAPED = re.compile(r'\\.', re.DOTALL)
_DIFFERENCES = (
    (re.compile(r'\[:\^?\w+:\]'), 'which only RE2 supports: use a class such as [a-z]'),
    (re.compile(r'\(\?(?:<?[=!]|P=|>|\()'), 'which RE2 does not support'),
    (re.compile(r'\{,\d+\}'), 'which is literal text for RE2, and a repetition for Python'),
)
# In Options.include, `NAME=` before an expression restricts it to one container.
_EQUALS = re.compile(r'(\\?)=|\\.', re.DOTALL)


def regex(data: Field) -> str:
    """Return a regular expression that means the same to RE2 and Python; raises FieldError."""
    pattern = data.text()
    problem = _find_difference(pattern)
    if problem:
        raise data.error(f'"{pattern}" {problem}')
    try:
        with warnings.catch_warnings():
            # Python warns that `[[]` and the like may change their meaning.
            warnings.simplefilter('ignore')
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise data.error(f'"{pattern}" is not a regular expression in Python: {error}') from None
    return pattern


def _find_difference(pattern: str) -> str:
    """Return the difference between RE2 and Python for this pattern; empty if there is none."""
    bare = _ESCAPED.sub('', pattern)
    for different, problem in _DIFFERENCES:
        match = different.search(bare)
        if match:
            return f'has {match[0]}, {problem}'
    return ''


def for_all(pattern: str) -> str:
    """Return the expression in a form for `Options.include` that applies to all containers."""
    return _EQUALS.sub(lambda match: r'\x3d' if match[0].endswith('=') else match[0], pattern)
