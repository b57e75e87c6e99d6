"""Measure the nesting of a text that a parser rejected: parsers have different limits."""

from __future__ import annotations

import re

# Quoted text (up to the end if the quote is not closed) and comments.
_SKIPPED = re.compile(r'"(?:[^"\\]+|\\.)*"?|\'[^\']*\'?|#[^\n]*', re.DOTALL)


def open_brackets(text: str) -> int:
    """Number of `[` and `{` of YAML or JSON that are still open at the end of the text."""
    structure = _SKIPPED.sub('', text)
    return structure.count('[') + structure.count('{') - structure.count(']') - structure.count('}')
