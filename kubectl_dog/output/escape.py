"""Text from a cluster is hostile: what may reach a terminal, and how the rest is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

LIMIT = 4_000

# C0 without the tab, DEL and C1, the separators that end a line, bidi embeddings, overrides and
# isolates (they let text show up as something it is not), and lone surrogates.
_UNSAFE = re.compile(
    '[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]',
)
# What is left of ASCII: the tab, and what prints.
_SAFE = bytes([9, *range(32, 127)])
_NAMED = {'\n': r'\n', '\r': r'\r'}


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    return _NAMED.get(character) or (f'\\x{code:02x}' if code < 0x100 else f'\\u{code:04x}')


def _is_safe(text: str) -> bool:
    # Most text is ASCII, and so is looked at in a tenth of the time of a search.
    if text.isascii():
        return not text.encode('ascii').translate(None, _SAFE)
    return not _UNSAFE.search(text)


def escape(text: str) -> str:
    """The text with everything a terminal would obey made visible, such as `\\x1b`."""
    # Nearly every line is clean, and a look costs a fraction of a substitution.
    return text if _is_safe(text) else _UNSAFE.sub(_visible, text)


def clip(text: str, limit: int = LIMIT) -> str:
    """The text, or its beginning and its length where it has more than `limit` characters."""
    return text if len(text) <= limit else f'{text[:limit]}… ({len(text):,} characters)'


def line(text: str) -> str:
    """A line as somebody wrote it (a log line), fit to be shown."""
    return escape(clip(text))


def lines(texts: Sequence[str]) -> Sequence[str]:
    """Many such lines: where all are clean, which is usual, they are looked at as one."""
    if max(map(len, texts), default=0) <= LIMIT and _is_safe(''.join(texts)):
        return texts
    return [line(text) for text in texts]


def sentence(text: str) -> str:
    """A message in one line: line breaks in it become spaces."""
    if '\n' in text or '\r' in text:
        text = ' '.join(part.strip() for part in clip(text).splitlines())
    return escape(clip(text))
