"""The nesting of a text that a parser has refused: parsers have limits and words of their own."""

from __future__ import annotations

import re

# What is quoted, up to the end where the quote is not closed, and comments.
_SKIPPED = re.compile(r'"(?:[^"\\]+|\\.)*"?|\'[^\']*\'?|#[^\n]*', re.DOTALL)


def open_brackets(text: str) -> int:
    """How many `[` and `{` of YAML or JSON are still open where the text ends."""
    bare = _SKIPPED.sub('', text)
    return bare.count('[') + bare.count('{') - bare.count(']') - bare.count('}')
