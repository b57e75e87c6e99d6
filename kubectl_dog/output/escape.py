"""Text from a cluster is hostile: what may reach a terminal or a CI system."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kubectl_dog.model.lazy_regex import lazy_compile

LIMIT = 4_000

# C0 without the tab, DEL and C1, the separators that end a line, bidi embeddings, overrides and
# isolates (they let text show up as something it is not), and lone surrogates.
_UNSAFE = re.compile(
    '[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]',
)
# What is left of ASCII: the tab, and what prints.
_SAFE = bytes([9, *range(32, 127)])
_NAMED = {'\n': r'\n', '\r': r'\r'}

# CI systems are written in languages that compare strings by the rules of a culture: GitHub's
# runner takes a `##[` with a soft hyphen or an escape sequence in it for `##[`. Streams may drop
# what their encoding lacks, too. So nothing but printable ASCII counts as standing between.
_COLOUR = r'(?:\[[0-9;]*m)?'
_IGNORED = rf'(?:[^ -~\n\r]{_COLOUR})*'
_BLANK = rf'(?:[^!-~\n\r]{_COLOUR})*'
# Obeyed behind a `#` wherever they stand in a line: GitHub, Azure, TeamCity.
_ANYWHERE = ('#[', '#vso', '#team')
# Obeyed where a line begins, blanks before them or not: GitHub; the others are Buildkite's.
_FIRST = ('::', '---', '+++', '~~~', '^^^')


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


def _token(text: str) -> str:
    return _IGNORED.join(map(re.escape, text))


_COMMAND = lazy_compile(f'#(?={_IGNORED}(?i:{"|".join(map(_token, _ANYWHERE))}))')
# What a line without colours that begins with a token looks like; and what any such line does.
_MAYBE_FIRST = lazy_compile(r'\n[^!-~\n]*[:+~^-]')
_FIRST_TOKEN = lazy_compile(rf'[\n\r]{_BLANK}(?={"|".join(map(_token, _FIRST))})')


def break_tokens(text: str) -> str:
    """Lines in which no CI system finds a command wherever it looks: `##[` becomes `#\\#[`."""
    return _COMMAND.sub(r'#\\', text) if '#' in text else text


def break_commands(text: str) -> str:
    """Lines that command no CI system, neither by what they have in them nor by how they begin.

    It is the last that is done to a text: whatever is done later might put a command together.
    """
    text = '\n' + break_tokens(text)
    if '\x1b' in text or '\r' in text or _MAYBE_FIRST.search(text):
        text = _FIRST_TOKEN.sub(r'\g<0>\\', text)
    return text[1:]


def head(text: str) -> str:
    """What lines begin with, such that nothing behind it can be where a line begins."""
    text = break_commands(text)
    return text if any(one.isascii() and one.isalnum() for one in text) else f'\\{text}'
